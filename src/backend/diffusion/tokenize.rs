//! Turns prompts into token IDs with the model's own tokenizer files.
//!
//! References: transformers `CLIPTokenizer` and `T5Tokenizer`; diffusers' pipelines pad to the full length and truncate longer prompts.

use std::path::{Path, PathBuf};

use candle_core::{Device, Tensor};
use tokenizers::models::bpe::BPE;
use tokenizers::normalizers::{Lowercase, NFC, Replace, Sequence as Normalizers, replace::ReplacePattern};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::metaspace::{Metaspace, PrependScheme};
use tokenizers::pre_tokenizers::sequence::Sequence as PreTokenizers;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::pre_tokenizers::whitespace::WhitespaceSplit;
use tokenizers::{AddedToken, SplitDelimiterBehavior, Tokenizer};

use super::folder::read_json;
use crate::notice;
use crate::notice::Notice;
use crate::weights::WeightsError;

/// Splits into words, single digits and runs of punctuation; whitespace is dropped.
const CLIP_PIECES: &str = r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+";
const CLIP_BEGIN: &str = "<|startoftext|>";
const CLIP_END: &str = "<|endoftext|>";
/// Number of positions of CLIP.
const CLIP_LENGTH: usize = 77;
const T5_LENGTH: usize = 512;

/// The tokenizer of one text encoder.
pub struct PromptTokenizer {
    tokenizer: Tokenizer,
    model: &'static str,
    begin: Option<u32>,
    end: u32,
    pad: u32,
    length: usize,
    place: PathBuf,
}

/// A tokenised prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tokens {
    /// Token IDs, padded to the requested length: begin, prompt, end, padding.
    pub ids: Vec<u32>,
    /// Number of IDs before the padding.
    pub used: usize,
    /// The part of the prompt that did not fit.
    pub truncation: Option<Truncation>,
}

/// The part of a prompt that an encoder cannot take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Truncation {
    /// The encoder, "CLIP", "T5" or "Qwen3".
    pub model: &'static str,
    /// Number of tokens that fit, including begin and end tokens.
    pub limit: usize,
    /// Number of tokens of the whole prompt, including begin and end tokens.
    pub tokens: usize,
    /// The text that was cut off.
    pub text: String,
}

impl Truncation {
    /// The warning for people.
    pub fn notice(&self) -> Notice {
        let Self { model, limit, tokens, text } = self;
        notice!("diffusion-prompt-truncated", encoder = *model, tokens = tokens.to_string(), limit = limit.to_string(), text = text.clone())
    }
}

impl std::fmt::Display for Truncation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.notice().fmt(f)
    }
}

impl Tokens {
    /// The IDs as a tensor `[1, length]` of 64-bit integers.
    ///
    /// # Errors
    /// Out of memory.
    pub fn tensor(&self, device: &Device) -> candle_core::Result<Tensor> {
        Tensor::from_vec(self.ids.iter().map(|&id| i64::from(id)).collect(), (1, self.ids.len()), device)
    }
}

/// Settings from `tokenizer_config.json` and `special_tokens_map.json`.
#[derive(Default)]
struct TokenizerConfig {
    pad: Option<String>,
    length: Option<usize>,
}

impl TokenizerConfig {
    fn read(folder: &Path) -> Result<Self, WeightsError> {
        let mut config = Self::default();
        // The first file that has a value wins.
        for name in ["tokenizer_config.json", "special_tokens_map.json"] {
            let path = folder.join(name);
            if !path.is_file() {
                continue;
            }
            let value: serde_json::Value = read_json(&path)?;
            let pad = value.get("pad_token");
            // A token is a string, or an object that describes it.
            let pad = pad.and_then(|p| p.as_str().or_else(|| p.get("content")?.as_str()));
            config.pad = config.pad.or(pad.map(str::to_owned));
            let length = value.get("model_max_length").and_then(serde_json::Value::as_u64);
            // transformers writes "no limit" as an astronomical number.
            config.length = config.length.or(length.filter(|&l| (3..1 << 20).contains(&l)).map(|l| l as usize));
        }
        Ok(config)
    }
}

impl PromptTokenizer {
    /// Reads a CLIP tokenizer from a folder with `tokenizer.json`, or `vocab.json` and `merges.txt`. The padding token comes from the
    /// folder's `tokenizer_config.json` or `special_tokens_map.json`: CLIP-L pads with the end token, bigG with `!`.
    ///
    /// # Errors
    /// A file is missing or damaged; the message names it.
    pub fn clip(folder: &Path) -> Result<Self, WeightsError> {
        let config = TokenizerConfig::read(folder)?;
        let (vocab, merges) = (folder.join("vocab.json"), folder.join("merges.txt"));
        let (mut tokenizer, place) = if vocab.is_file() && merges.is_file() {
            (clip_from_merges(&vocab, &merges)?, vocab)
        } else {
            let path = folder.join("tokenizer.json");
            if !path.is_file() {
                return Err(WeightsError::config(folder.display().to_string(), notice!("diffusion-no-clip-tokenizer")));
            }
            (load(&path)?, path)
        };
        let pad = config.pad.unwrap_or_else(|| CLIP_END.into());
        // Special tokens also match inside prompts: with `!` as padding, "Sale!" ends in the padding token, as in the reference.
        add_special_tokens(&mut tokenizer, &place, &[CLIP_BEGIN, CLIP_END, &pad])?;
        Ok(Self {
            model: "CLIP",
            begin: Some(token_id(&tokenizer, &place, CLIP_BEGIN)?),
            end: token_id(&tokenizer, &place, CLIP_END)?,
            pad: token_id(&tokenizer, &place, &pad)?,
            length: config.length.unwrap_or(CLIP_LENGTH).min(CLIP_LENGTH),
            tokenizer,
            place,
        })
    }

    /// Reads a T5 tokenizer from a folder with `tokenizer.json`.
    ///
    /// # Errors
    /// The file is missing (`spiece.model` is not enough) or damaged.
    pub fn t5(folder: &Path) -> Result<Self, WeightsError> {
        let path = folder.join("tokenizer.json");
        if !path.is_file() {
            let what = match folder.join("spiece.model").is_file() {
                true => notice!("diffusion-only-spiece"),
                false => notice!("diffusion-no-t5-tokenizer"),
            };
            return Err(WeightsError::config(folder.display().to_string(), what));
        }
        let config = TokenizerConfig::read(folder)?;
        let mut tokenizer = load(&path)?;
        // Files from different library versions treat trailing spaces differently; SentencePiece itself drops them.
        let pieces = Metaspace::new('▁', PrependScheme::Always, true);
        tokenizer.with_pre_tokenizer(Some(PreTokenizers::new(vec![WhitespaceSplit.into(), pieces.into()])));
        let pad = config.pad.unwrap_or_else(|| "<pad>".into());
        Ok(Self {
            model: "T5",
            begin: None,
            end: token_id(&tokenizer, &path, "</s>")?,
            pad: token_id(&tokenizer, &path, &pad)?,
            length: config.length.unwrap_or(T5_LENGTH),
            tokenizer,
            place: path,
        })
    }

    /// The default length in tokens, including begin and end tokens: 77 for CLIP, 512 for T5 (256 for FLUX.1-schnell).
    pub fn length(&self) -> usize {
        self.length
    }

    /// Encodes a prompt into exactly `length` IDs (at least 3). [`Tokens::truncation`] holds the text that does not fit.
    ///
    /// # Errors
    /// The tokenizer cannot encode the text.
    pub fn encode(&self, prompt: &str, length: usize) -> Result<Tokens, WeightsError> {
        let encoding = self
            .tokenizer
            .encode(prompt, false)
            .map_err(|e| WeightsError::Corrupt { path: self.place.clone(), what: format!("cannot encode the prompt ({e})").into() })?;
        let special_tokens = 1 + usize::from(self.begin.is_some());
        let room = length.saturating_sub(special_tokens);
        let all = encoding.get_ids();
        let kept = &all[..all.len().min(room)];
        let truncation = (all.len() > room).then(|| {
            let from = encoding.get_offsets().get(room).map_or(0, |o| o.0);
            let text = prompt.get(prompt.floor_char_boundary(from)..).unwrap_or_default().trim();
            Truncation { model: self.model, limit: length, tokens: all.len() + special_tokens, text: text.into() }
        });
        let mut ids: Vec<u32> = self.begin.iter().chain(kept).copied().collect();
        ids.push(self.end);
        let used = ids.len();
        ids.resize(length.max(used), self.pad);
        Ok(Tokens { ids, used, truncation })
    }
}

pub(super) fn corrupt(path: &Path, what: &str, error: impl std::fmt::Display) -> WeightsError {
    WeightsError::Corrupt { path: path.into(), what: format!("{what} ({error})").into() }
}

fn not_a_tokenizer(path: &Path, error: impl std::fmt::Display) -> WeightsError {
    WeightsError::Corrupt { path: path.into(), what: notice!("diffusion-not-a-tokenizer", detail = error.to_string()).into() }
}

pub(super) fn load(path: &Path) -> Result<Tokenizer, WeightsError> {
    let text = std::fs::read(path).map_err(WeightsError::io(path))?;
    let mut tokenizer = Tokenizer::from_bytes(text).map_err(|e| not_a_tokenizer(path, e))?;
    // Some files keep the padding and truncation of their last use; the caller decides the length here.
    tokenizer.with_padding(None);
    tokenizer.with_truncation(None).map_err(|e| not_a_tokenizer(path, e))?;
    Ok(tokenizer)
}

fn clip_from_merges(vocab: &Path, merges: &Path) -> Result<Tokenizer, WeightsError> {
    let model = BPE::from_file(&vocab.to_string_lossy(), &merges.to_string_lossy())
        .unk_token(CLIP_END.into())
        .continuing_subword_prefix(String::new())
        .end_of_word_suffix("</w>".into())
        .build()
        .map_err(|e| corrupt(vocab, "and merges.txt are not a CLIP tokenizer", e))?;
    let mut tokenizer = Tokenizer::new(model);
    let blanks = Replace::new(ReplacePattern::Regex(r"\s+".into()), " ").map_err(|e| corrupt(vocab, "normaliser cannot be built", e))?;
    let normalizer = Normalizers::new(vec![NFC.into(), blanks.into(), Lowercase.into()]);
    tokenizer.with_normalizer(Some(normalizer)).map_err(|e| corrupt(vocab, "normaliser cannot be built", e))?;
    let pieces = Split::new(SplitPattern::Regex(CLIP_PIECES.into()), SplitDelimiterBehavior::Removed, true)
        .map_err(|e| corrupt(vocab, "pre-tokeniser cannot be built", e))?;
    let bytes = ByteLevel::new(false, true, true);
    tokenizer.with_pre_tokenizer(Some(PreTokenizers::new(vec![pieces.into(), bytes.into()])));
    Ok(tokenizer)
}

pub(super) fn token_id(tokenizer: &Tokenizer, place: &Path, token: &str) -> Result<u32, WeightsError> {
    tokenizer
        .token_to_id(token)
        .ok_or_else(|| WeightsError::Corrupt { path: place.into(), what: notice!("diffusion-no-token", token = token.to_owned()).into() })
}

/// Marks tokens of the vocabulary as special. The tokenizer would give a new ID to one that is not in the vocabulary.
fn add_special_tokens(tokenizer: &mut Tokenizer, place: &Path, tokens: &[&str]) -> Result<(), WeightsError> {
    let tokens = tokens.iter().map(|t| token_id(tokenizer, place, t).map(|_| AddedToken::from(*t, true))).collect::<Result<Vec<_>, _>>()?;
    let added = tokenizer.add_special_tokens(tokens);
    added.map(|_| ()).map_err(|e| corrupt(place, "special tokens cannot be added", e))
}
