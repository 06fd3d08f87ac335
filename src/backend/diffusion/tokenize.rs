//! Prompts to token numbers, with the model's own tokenizer files.
//!
//! References: transformers `CLIPTokenizer` and `T5Tokenizer`; diffusers' pipelines pad to the full length and cut what is beyond it.

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
use crate::weights::WeightsError;

/// Words, single digits, runs of signs; blanks are dropped.
const CLIP_PIECES: &str = r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+";
const CLIP_BEGIN: &str = "<|startoftext|>";
const CLIP_END: &str = "<|endoftext|>";
/// CLIP's positions.
const CLIP_LENGTH: usize = 77;
const T5_LENGTH: usize = 512;

/// One model's tokenizer.
pub struct PromptTokenizer {
    tokenizer: Tokenizer,
    model: &'static str,
    begin: Option<u32>,
    end: u32,
    pad: u32,
    length: usize,
    place: PathBuf,
}

/// A prompt as numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tokens {
    /// As many as were asked for: begin, prompt, end, padding.
    pub ids: Vec<u32>,
    /// How many of them come before the padding.
    pub used: usize,
    /// What did not fit.
    pub cut: Option<Cut>,
}

/// The end of a prompt that was too long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Which encoder it was too long for.
    pub model: &'static str,
    /// How many tokens fit, the marks at both ends included.
    pub limit: usize,
    /// How many tokens the whole prompt has, the marks included.
    pub tokens: usize,
    /// The text that has no effect.
    pub text: String,
}

impl std::fmt::Display for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { model, limit, tokens, text } = self;
        write!(f, "The prompt is too long for {model}: {tokens} tokens, {limit} fit. Left out: \"{text}\"")
    }
}

impl Tokens {
    /// `[1, length]`, 64-bit integers.
    ///
    /// # Errors
    /// No memory.
    pub fn tensor(&self, device: &Device) -> candle_core::Result<Tensor> {
        Tensor::from_vec(self.ids.iter().map(|&id| i64::from(id)).collect(), (1, self.ids.len()), device)
    }
}

/// What `tokenizer_config.json` and `special_tokens_map.json` say.
#[derive(Default)]
struct Said {
    pad: Option<String>,
    length: Option<usize>,
}

impl Said {
    fn read(folder: &Path) -> Result<Self, WeightsError> {
        let mut said = Self::default();
        // The first file that says something counts.
        for name in ["tokenizer_config.json", "special_tokens_map.json"] {
            let path = folder.join(name);
            if !path.is_file() {
                continue;
            }
            let value: serde_json::Value = read_json(&path)?;
            let pad = value.get("pad_token");
            // A token is a string, or an object that describes it.
            let pad = pad.and_then(|p| p.as_str().or_else(|| p.get("content")?.as_str()));
            said.pad = said.pad.or(pad.map(str::to_owned));
            let length = value.get("model_max_length").and_then(serde_json::Value::as_u64);
            // "No limit" is written as an astronomical number.
            said.length = said.length.or(length.filter(|&l| (3..1 << 20).contains(&l)).map(|l| l as usize));
        }
        Ok(said)
    }
}

impl PromptTokenizer {
    /// CLIP's, from a folder with `tokenizer.json`, or `vocab.json` and `merges.txt`. L pads with the end mark, bigG with `!`: the
    /// folder's `tokenizer_config.json` or `special_tokens_map.json` says so.
    ///
    /// # Errors
    /// Files that are missing or damaged, each by name.
    pub fn clip(folder: &Path) -> Result<Self, WeightsError> {
        let said = Said::read(folder)?;
        let (vocab, merges) = (folder.join("vocab.json"), folder.join("merges.txt"));
        let (mut tokenizer, place) = if vocab.is_file() && merges.is_file() {
            (clip_from_merges(&vocab, &merges)?, vocab)
        } else {
            let path = folder.join("tokenizer.json");
            if !path.is_file() {
                let what = "has neither tokenizer.json nor vocab.json and merges.txt: the CLIP tokenizer is missing";
                return Err(WeightsError::config(folder.display().to_string(), what));
            }
            (load(&path)?, path)
        };
        let pad = said.pad.unwrap_or_else(|| CLIP_END.into());
        // Special tokens are found in the prompt, too: with `!` as padding, "Sale!" ends in the padding token, as in the reference.
        special(&mut tokenizer, &place, &[CLIP_BEGIN, CLIP_END, &pad])?;
        Ok(Self {
            model: "CLIP",
            begin: Some(id(&tokenizer, &place, CLIP_BEGIN)?),
            end: id(&tokenizer, &place, CLIP_END)?,
            pad: id(&tokenizer, &place, &pad)?,
            length: said.length.unwrap_or(CLIP_LENGTH).min(CLIP_LENGTH),
            tokenizer,
            place,
        })
    }

    /// T5's, from a folder with `tokenizer.json`.
    ///
    /// # Errors
    /// The file is missing (`spiece.model` alone is not enough) or damaged.
    pub fn t5(folder: &Path) -> Result<Self, WeightsError> {
        let path = folder.join("tokenizer.json");
        if !path.is_file() {
            let what = match folder.join("spiece.model").is_file() {
                true => "has spiece.model but no tokenizer.json; put the tokenizer.json of the same T5 model beside it",
                false => "has no tokenizer.json: the T5 tokenizer is missing",
            };
            return Err(WeightsError::config(folder.display().to_string(), what));
        }
        let said = Said::read(folder)?;
        let mut tokenizer = load(&path)?;
        // Files of different ages treat blanks at the end differently; SentencePiece itself drops them.
        let pieces = Metaspace::new('▁', PrependScheme::Always, true);
        tokenizer.with_pre_tokenizer(Some(PreTokenizers::new(vec![WhitespaceSplit.into(), pieces.into()])));
        let pad = said.pad.unwrap_or_else(|| "<pad>".into());
        Ok(Self {
            model: "T5",
            begin: None,
            end: id(&tokenizer, &path, "</s>")?,
            pad: id(&tokenizer, &path, &pad)?,
            length: said.length.unwrap_or(T5_LENGTH),
            tokenizer,
            place: path,
        })
    }

    /// The usual length in tokens, marks included: 77 for CLIP, 512 for T5 (FLUX.1-schnell takes 256).
    pub fn length(&self) -> usize {
        self.length
    }

    /// A prompt as exactly `length` numbers (at least 3). What does not fit is left out, and said.
    ///
    /// # Errors
    /// A text that the tokenizer's files cannot express.
    pub fn encode(&self, prompt: &str, length: usize) -> Result<Tokens, WeightsError> {
        let encoding = self
            .tokenizer
            .encode(prompt, false)
            .map_err(|e| WeightsError::Corrupt { path: self.place.clone(), what: format!("cannot express the prompt ({e})") })?;
        let marks = 1 + usize::from(self.begin.is_some());
        let room = length.saturating_sub(marks);
        let all = encoding.get_ids();
        let kept = &all[..all.len().min(room)];
        let cut = (all.len() > room).then(|| {
            let from = encoding.get_offsets().get(room).map_or(0, |o| o.0);
            let text = prompt.get(prompt.floor_char_boundary(from)..).unwrap_or_default().trim();
            Cut { model: self.model, limit: length, tokens: all.len() + marks, text: text.into() }
        });
        let mut ids: Vec<u32> = self.begin.iter().chain(kept).copied().collect();
        ids.push(self.end);
        let used = ids.len();
        ids.resize(length.max(used), self.pad);
        Ok(Tokens { ids, used, cut })
    }
}

fn corrupt(path: &Path, what: &str, error: impl std::fmt::Display) -> WeightsError {
    WeightsError::Corrupt { path: path.into(), what: format!("{what} ({error})") }
}

fn load(path: &Path) -> Result<Tokenizer, WeightsError> {
    let text = std::fs::read(path).map_err(WeightsError::io(path))?;
    let mut tokenizer = Tokenizer::from_bytes(text).map_err(|e| corrupt(path, "is no tokenizer", e))?;
    // Some files were saved with the settings of their last use; length is our business.
    tokenizer.with_padding(None);
    tokenizer.with_truncation(None).map_err(|e| corrupt(path, "is no tokenizer", e))?;
    Ok(tokenizer)
}

fn clip_from_merges(vocab: &Path, merges: &Path) -> Result<Tokenizer, WeightsError> {
    let model = BPE::from_file(&vocab.to_string_lossy(), &merges.to_string_lossy())
        .unk_token(CLIP_END.into())
        .continuing_subword_prefix(String::new())
        .end_of_word_suffix("</w>".into())
        .build()
        .map_err(|e| corrupt(vocab, "and merges.txt are no CLIP tokenizer", e))?;
    let mut tokenizer = Tokenizer::new(model);
    let blanks = Replace::new(ReplacePattern::Regex(r"\s+".into()), " ").map_err(|e| corrupt(vocab, "has no normaliser", e))?;
    tokenizer.with_normalizer(Some(Normalizers::new(vec![NFC.into(), blanks.into(), Lowercase.into()])));
    let pieces = Split::new(SplitPattern::Regex(CLIP_PIECES.into()), SplitDelimiterBehavior::Removed, true)
        .map_err(|e| corrupt(vocab, "has no pre-tokeniser", e))?;
    let bytes = ByteLevel::new(false, true, true);
    tokenizer.with_pre_tokenizer(Some(PreTokenizers::new(vec![pieces.into(), bytes.into()])));
    Ok(tokenizer)
}

fn id(tokenizer: &Tokenizer, place: &Path, token: &str) -> Result<u32, WeightsError> {
    tokenizer.token_to_id(token).ok_or_else(|| WeightsError::Corrupt { path: place.into(), what: format!("has no token {token}") })
}

/// Only tokens of the vocabulary: the tokenizer would give an unknown one a new number.
fn special(tokenizer: &mut Tokenizer, place: &Path, tokens: &[&str]) -> Result<(), WeightsError> {
    let tokens = tokens.iter().map(|t| id(tokenizer, place, t).map(|_| AddedToken::from(*t, true))).collect::<Result<Vec<_>, _>>()?;
    tokenizer.add_special_tokens(&tokens);
    Ok(())
}
