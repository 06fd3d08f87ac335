//! Turns prompts into token IDs for a text encoder that is a chat model: the prompt becomes a message of a conversation, in the words of the
//! model's own chat template, with thinking switched off.
//!
//! References: transformers `utils/chat_template_utils.py` and `models/qwen2/tokenization_qwen2.py`; diffusers
//! `pipelines/flux2/pipeline_flux2_klein.py`, which pads to the full length and truncates longer prompts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use candle_core::{Device, Tensor};
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Error, ErrorKind, context};
use tokenizers::models::bpe::BPE;
use tokenizers::normalizers::NFC;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::sequence::Sequence as PreTokenizers;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::{AddedToken, SplitDelimiterBehavior, Tokenizer};

use super::folder::read_json;
use super::tokenize::{Truncation, corrupt, load, token_id};
use crate::notice;
use crate::weights::WeightsError;

/// Splits into contractions, words with the character before them, single digits, punctuation and whitespace.
const PIECES: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const PAD: &str = "<|endoftext|>";
/// Largest size of a chat template in bytes; the public ones have a few thousand.
const MAX_TEMPLATE: u64 = 1 << 20;
/// Work that a template may do. It bounds time and memory.
const TEMPLATE_FUEL: u64 = 1_000_000;

/// The tokenizer of a chat model, with its template.
pub struct ChatTokenizer {
    tokenizer: Tokenizer,
    /// `None` for the conversation of Qwen3.
    template: Option<String>,
    pad: u32,
    pads_left: bool,
    place: PathBuf,
}

/// A tokenised prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatTokens {
    /// Token IDs of the conversation, padded or truncated to the requested length.
    pub ids: Vec<u32>,
    /// 1 for tokens, 0 for padding.
    pub mask: Vec<u32>,
    /// The part of the prompt that did not fit.
    pub truncation: Option<Truncation>,
}

impl ChatTokens {
    /// IDs and mask as tensors `[1, length]` of 64-bit integers.
    ///
    /// # Errors
    /// Out of memory.
    pub fn tensors(&self, device: &Device) -> candle_core::Result<(Tensor, Tensor)> {
        let row = |values: &[u32]| Tensor::from_vec(values.iter().map(|&v| i64::from(v)).collect(), (1, values.len()), device);
        Ok((row(&self.ids)?, row(&self.mask)?))
    }
}

/// Settings of `tokenizer_config.json`.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Config {
    pad_token: Option<Token>,
    padding_side: Option<String>,
    chat_template: Option<Templates>,
    added_tokens_decoder: BTreeMap<String, AddedEntry>,
}

/// A token as a string, or as an object that describes it.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Token {
    Plain(String),
    Described { content: String },
}

/// One template, or several with names.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Templates {
    One(String),
    Named(Vec<NamedTemplate>),
}

#[derive(serde::Deserialize)]
struct NamedTemplate {
    name: String,
    template: String,
}

/// A token beside the vocabulary.
#[derive(serde::Deserialize)]
#[serde(default)]
struct AddedEntry {
    content: String,
    single_word: bool,
    lstrip: bool,
    rstrip: bool,
    normalized: bool,
    special: bool,
}

impl Default for AddedEntry {
    fn default() -> Self {
        Self { content: String::new(), single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }
    }
}

impl Config {
    fn template(self) -> Option<String> {
        match self.chat_template? {
            Templates::One(template) => Some(template),
            Templates::Named(all) => all.into_iter().find(|named| named.name == "default").map(|named| named.template),
        }
    }
}

impl ChatTokenizer {
    /// Reads a tokenizer from a folder with `tokenizer.json`, or `vocab.json` and `merges.txt`. The template comes from `chat_template.jinja`
    /// or `tokenizer_config.json`; a folder without one gets the conversation of Qwen3.
    ///
    /// # Errors
    /// A file is missing or damaged; the message names it.
    pub fn open(folder: &Path) -> Result<Self, WeightsError> {
        let settings = folder.join("tokenizer_config.json");
        let config: Config = if settings.is_file() { read_json(&settings)? } else { Config::default() };
        let whole = folder.join("tokenizer.json");
        let (vocab, merges) = (folder.join("vocab.json"), folder.join("merges.txt"));
        let (tokenizer, place) = if whole.is_file() {
            (load(&whole)?, whole)
        } else if vocab.is_file() && merges.is_file() {
            (from_merges(&vocab, &merges, &config.added_tokens_decoder)?, vocab)
        } else {
            return Err(WeightsError::config(folder.display().to_string(), notice!("diffusion-no-qwen-tokenizer")));
        };
        let pad = match &config.pad_token {
            Some(Token::Plain(content) | Token::Described { content }) => content.as_str(),
            None => PAD,
        };
        let pad = token_id(&tokenizer, &place, pad)?;
        let pads_left = config.padding_side.as_deref() == Some("left");
        let file = folder.join("chat_template.jinja");
        let template = if file.is_file() { Some(read_template(&file)?) } else { config.template() };
        Ok(Self { tokenizer, template, pad, pads_left, place })
    }

    /// The conversation that asks the model about a prompt.
    ///
    /// # Errors
    /// The folder's template cannot be used.
    pub fn conversation(&self, prompt: &str) -> Result<String, WeightsError> {
        let Some(template) = &self.template else {
            return Ok(format!("<|im_start|>user\n{prompt}<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"));
        };
        let failed = |e: Error| corrupt(&self.place, "its chat template cannot be used", e);
        let mut environment = Environment::new();
        environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().map_err(failed)?);
        environment.set_fuel(Some(TEMPLATE_FUEL));
        environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.add_function("raise_exception", |what: String| -> Result<String, Error> {
            Err(Error::new(ErrorKind::InvalidOperation, what))
        });
        let template = environment.template_from_str(template).map_err(failed)?;
        let message = context! { role => "user", content => prompt };
        template.render(context! { messages => vec![message], add_generation_prompt => true, enable_thinking => false }).map_err(failed)
    }

    /// Encodes a prompt into exactly `length` IDs.
    ///
    /// # Errors
    /// The template cannot be used, or the tokenizer cannot encode the text.
    pub fn encode(&self, prompt: &str, length: usize) -> Result<ChatTokens, WeightsError> {
        let text = self.conversation(prompt)?;
        let encoding = self.tokenizer.encode(text.as_str(), true).map_err(|e| corrupt(&self.place, "cannot encode the prompt", e))?;
        let all = encoding.get_ids();
        let used = all.len().min(length);
        let truncation = encoding.get_offsets().get(used).filter(|_| used < all.len()).and_then(|&(from, _)| {
            // The end of the conversation is cut off too, but only the prompt is the reader's.
            let start = text.find(prompt)?;
            let cut = prompt.get(prompt.floor_char_boundary(from.saturating_sub(start))..)?.trim();
            let lost = Truncation { model: "Qwen3", limit: length, tokens: all.len(), text: cut.into() };
            (!cut.is_empty()).then_some(lost)
        });
        let (mut ids, mut mask) = (all[..used].to_vec(), vec![1; used]);
        if self.pads_left {
            let padding = length - used;
            ids = [vec![self.pad; padding], ids].concat();
            mask = [vec![0; padding], mask].concat();
        }
        ids.resize(length, self.pad);
        mask.resize(length, 0);
        Ok(ChatTokens { ids, mask, truncation })
    }
}

fn read_template(file: &Path) -> Result<String, WeightsError> {
    let size = std::fs::metadata(file).map_err(WeightsError::io(file))?.len();
    if size > MAX_TEMPLATE {
        return Err(WeightsError::Corrupt { path: file.into(), what: format!("has {size} bytes, which is no chat template").into() });
    }
    std::fs::read_to_string(file).map_err(WeightsError::io(file))
}

/// Qwen's tokenizer: byte-level pairs, and the added tokens with the IDs after the vocabulary.
fn from_merges(vocab: &Path, merges: &Path, added: &BTreeMap<String, AddedEntry>) -> Result<Tokenizer, WeightsError> {
    let model = BPE::from_file(&vocab.to_string_lossy(), &merges.to_string_lossy())
        .build()
        .map_err(|e| corrupt(vocab, "and merges.txt are not a tokenizer", e))?;
    let mut tokenizer = Tokenizer::new(model);
    let failed = |e: tokenizers::Error| corrupt(vocab, "tokenizer cannot be built", e);
    tokenizer.with_normalizer(Some(NFC)).map_err(failed)?;
    let pieces = Split::new(SplitPattern::Regex(PIECES.into()), SplitDelimiterBehavior::Isolated, false).map_err(failed)?;
    let bytes = ByteLevel::new(false, false, false);
    tokenizer.with_pre_tokenizer(Some(PreTokenizers::new(vec![pieces.into(), bytes.into()])));
    let mut tokens: Vec<(u32, &AddedEntry)> = added.iter().filter_map(|(id, token)| Some((id.parse().ok()?, token))).collect();
    tokens.sort_by_key(|(id, _)| *id);
    for (id, token) in tokens {
        let made = AddedToken::from(token.content.clone(), token.special)
            .single_word(token.single_word)
            .lstrip(token.lstrip)
            .rstrip(token.rstrip)
            .normalized(token.normalized);
        tokenizer.add_tokens([made]).map_err(failed)?;
        if tokenizer.token_to_id(&token.content) != Some(id) {
            let what =
                format!("tokenizer_config.json gives the token {} the number {id}, which the vocabulary does not allow", token.content);
            return Err(WeightsError::Corrupt { path: vocab.into(), what: what.into() });
        }
    }
    Ok(tokenizer)
}
