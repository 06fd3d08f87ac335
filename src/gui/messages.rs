//! Sentences of the engine in the language of the window: found by their shape in a data file; what has no line there stays English.

use std::sync::OnceLock;

use serde::Deserialize;

use super::i18n::Lang;
use crate::notice::{Language, Notice, Wording};

/// A sentence with holes, `{0}`, `{1}`.
#[derive(Debug, Deserialize)]
struct Shape {
    en: String,
    ko: String,
}

#[derive(Deserialize)]
struct File {
    field: std::collections::HashMap<String, String>,
    message: Vec<Shape>,
}

fn table() -> &'static File {
    static TABLE: OnceLock<File> = OnceLock::new();
    TABLE.get_or_init(|| {
        toml::from_str(include_str!("../../assets/i18n/messages.ko.toml")).unwrap_or_else(|error| {
            tracing::error!(%error, "the translated messages cannot be used");
            File { field: std::collections::HashMap::new(), message: Vec::new() }
        })
    })
}

impl Shape {
    /// What fills the holes of this sentence, if it has this shape.
    fn holes<'a>(&self, text: &'a str) -> Option<Vec<(usize, &'a str)>> {
        let mut found = Vec::new();
        let mut parts = self.en.split('{');
        let mut rest = text.strip_prefix(parts.next()?)?;
        let mut parts = parts.peekable();
        while let Some(part) = parts.next() {
            let (number, literal) = part.split_once('}')?;
            let last = parts.peek().is_none();
            let at = match (last, literal.is_empty()) {
                (true, true) => rest.len(),
                (true, false) => rest.len().checked_sub(literal.len()).filter(|_| rest.ends_with(literal))?,
                (false, _) => rest.find(literal)?,
            };
            found.push((number.parse().ok()?, &rest[..at]));
            rest = &rest[at + literal.len()..];
        }
        rest.is_empty().then_some(found)
    }

    fn fill(&self, holes: &[(usize, &str)]) -> String {
        holes.iter().fold(self.ko.clone(), |text, (n, value)| text.replace(&format!("{{{n}}}"), &korean(value)))
    }
}

/// One sentence, or the name of what fills a hole.
fn korean(text: &str) -> String {
    let table = table();
    // What the parser says begins with the field.
    if let Some((field, rest)) = text.split_once(": ")
        && let Some(name) = table.field.get(field)
    {
        return format!("{name}: {}", korean(rest));
    }
    let shaped = table.message.iter().find_map(|shape| shape.holes(text).map(|holes| shape.fill(&holes)));
    shaped.unwrap_or_else(|| text.to_owned())
}

impl Lang {
    /// A message of the job engine in this language.
    pub fn notice(self, notice: &Notice) -> String {
        match self {
            // Texts of old records are found by their shape.
            Self::Ko if notice.code() == "verbatim" => self.say(&notice.to_string()),
            Self::Ko => Wording::studio(Language::Korean).notice(notice),
            Self::En => Wording::studio(Language::English).notice(notice),
        }
    }

    /// A sentence of the engine in this language.
    pub fn say(self, text: &str) -> String {
        match self {
            Self::En => text.to_owned(),
            Self::Ko => text.split('\n').map(korean).collect::<Vec<_>>().join("\n"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the diffusion engine may say, made by the code that says it.
    #[test]
    fn the_diffusion_engines_errors_are_translated() {
        use crate::backend::diffusion::device::DeviceChoice;
        use crate::backend::diffusion::models::Models;
        use crate::backend::diffusion::prompt_language::translate;
        use crate::backend::diffusion::residency::{Sizes, plans};
        use crate::weights::WeightsError;
        let (place, name, path) = ("/m/unet".to_owned(), "conv.weight".to_owned(), std::path::PathBuf::from("/m/a.safetensors"));
        let mut said: Vec<String> = [
            WeightsError::MissingFile { path: path.clone() },
            WeightsError::Corrupt { path: path.clone(), what: "is cut short".into() },
            WeightsError::Io { path, source: std::io::Error::other("x") },
            WeightsError::MissingTensor { place: place.clone(), name: name.clone() },
            WeightsError::ExtraTensors { place: place.clone(), name: name.clone(), count: 2 },
            WeightsError::Shape { place, name, expected: vec![1], found: vec![2] },
        ]
        .iter()
        .map(ToString::to_string)
        .collect();
        said.extend(plans(&Sizes::default(), 1 << 20, candle_core::DType::BF16).iter().map(|p| p.notice().to_string()));
        said.extend(translate("위의").warning("bg_prompt").map(|n| n.to_string()));
        let mut models = Models::default();
        said.extend(models.missing_notice().map(|c| format!("The diffusion engine cannot run: {c}.")));
        models.flux = Some("/m/flux".into());
        said.extend(models.missing_notice().map(|c| format!("{c}. Install them or use the draft engine.")));
        if !cfg!(feature = "cuda") {
            said.extend(DeviceChoice::Auto.open().err().map(|n| n.to_string()));
        }
        for text in &said {
            let words = Lang::Ko.say(text);
            assert!(words.chars().any(|c| ('가'..='힣').contains(&c)), "{text}: {words}");
            let left: Vec<&str> =
                ["the ", "Install", "missing", "cannot", "one ", "file"].into_iter().filter(|w| words.contains(w)).collect();
            assert!(left.is_empty(), "{words}: {left:?}");
        }
        assert!(said.len() >= 12, "{said:?}");
    }

    /// What is said of texts and font files, made by the code that says it.
    #[test]
    fn sentences_about_texts_and_fonts_are_translated() {
        use crate::typography::{FontCatalog, unsettable};
        let texts = ["خصم", "שלום", "ไทย", "x\u{304}", "\u{1159}", "👍🏽", "葛\u{e0100}", "가\u{202e}"];
        let mut said: Vec<String> = texts.iter().filter_map(|t| unsettable(t)).map(|why| format!("text_content: {why}")).collect();
        assert_eq!(said.len(), texts.len());
        let dir = tempfile::tempdir().unwrap();
        for name in ["a.eot", "b.ttf", "c\nd.otf", "NanumGothic.woff"] {
            std::fs::write(dir.path().join(name), b"wOF2\0\0\0\0").unwrap();
        }
        std::fs::write(dir.path().join("e.woff2"), b"wOF2ttcf").unwrap();
        std::fs::File::create(dir.path().join("f.ttf")).unwrap().set_len(70 << 20).unwrap();
        let fonts = FontCatalog::load(&[dir.path().to_path_buf()]);
        said.extend(fonts.skipped().iter().map(|f| format!("font_name: \"{}\" is skipped: {}", f.name, f.reason)));
        said.push("text_content: ❤ is set as a solid shape, not as a coloured emoji".into());
        assert_eq!(said.len(), texts.len() + 7);
        for text in &said {
            let words = Lang::Ko.say(text);
            let left: Vec<&str> = [" it ", "it is", "cannot", "letters", "skipped", "Use ", "Leave", "order", "not "]
                .into_iter()
                .filter(|w| words.contains(w))
                .collect();
            assert!(left.is_empty(), "{words}: {left:?}");
        }
    }

    #[test]
    fn what_the_engine_says_is_found_by_its_shape() {
        let known = [
            "seed: -3 is out of range; send a whole number from 0 to 18446744073709551615",
            "width: 1000 is not a multiple of 16; send 992 or 1008",
            "text_content: no font here can draw 😀 (U+1F600); leave it out or add a font that has it",
            "text_content: 240 characters are too many; send at most 200",
            "text_content: Arabic letters cannot be set yet: they need joining and right-to-left order. Use Latin, Korean, Japanese or Chinese letters, or send the lettering as a picture",
            "A.ttf cannot draw \"é\" (U+00E9); B.otf stands in for the whole word.",
            "font_name: \"a.eot\" is skipped: this kind of font file is not read; export or convert it to .ttf or .otf",
            "text_content: only 80 % of the letters' outline stands out from what is behind it; use fewer words, a bolder font or another style",
            "text_content: the letters are only 12 pixels tall and hard to read; use fewer words or lines, or a larger canvas",
            "text_position: behind the product 60 % of the text would be hidden there, so it was moved to where 20 % is",
            "text_y: 44 % of the text is hidden behind the product there",
            "bg_prompt: the draft engine knows no place, surface or colour in these words and painted a neutral set",
            "text_model_prompt: the draft engine knows no material or colour in these words and chose one",
            "product_image: no product was found in the photo, so the photo is used whole; a picture with a plain background or a transparent one helps",
            "mask_image: the mask shows no product; paint the product white",
            "This file is not an image. Please send a PNG, JPEG, WebP, HEIC, BMP or TIFF photo.",
            "AVIF files are not supported. Save it as PNG or JPEG: on a Mac in Preview with File › Export, on Windows in Photos or Paint with Save as, on a phone in the gallery app.",
            "product_image: Camera raw (Canon CR3) files are not supported. Develop it to JPEG, PNG or TIFF first, for example in Lightroom, Capture One or darktable.",
            "product_image: The image is too large (20000×20000 pixels). The limit is 64 megapixels and 65,535 pixels a side. Please make it smaller in a picture editor and send that.",
            "This TIFF file uses LZMA compression, which is not supported. Save it with LZW.",
            "The PNG file is damaged or incomplete: the end of the file is missing. Save or copy it again, or choose another.",
            "engine: diffusion cannot run: no diffusion models are installed; use \"auto\" or \"draft\" meanwhile",
            "Job not found",
            "interrupted: the program ended while this job was active",
            "step1_image: it has another shape than width and height ask for, so its edges were cut off",
            "no diffusion models are installed, so the embedded draft engine makes a draft",
            "cannot write /a/b: No space left on device (os error 28). Check that the folder exists, is writable and has free space",
            "Cannot delete running job. Stop it first.",
            "The disk is full, so nothing can be saved in /a. Free some space or delete jobs for good, then try again.",
            "The disk is full, so nothing can be saved in /a. Free some space or choose another folder.",
            "The folder /a cannot be written to (permission denied). Allow writing there or choose another with --data-dir.",
            "The folder /a cannot be written to (read-only filesystem or storage medium). Allow writing there or choose another folder.",
            "The folder /a is missing and cannot be made again (permission denied). Check the disk or choose another with --data-dir.",
            "cannot use /a: another nanoCocoa uses it; close that one or choose another --data-dir",
            "Pictures of this job are missing or damaged and are not shown: step1.png, final.png. Generate it again.",
            "this is no .ncocoa project; save one in the studio (Ctrl+S)",
            "the project has more than 1000 files; zip only its own folder",
            "the archive has several projects (a/ and b/); zip only one of these folders",
            "the project's request.json is locked with a password; save it again in the studio",
            "the project's request.json is compressed with Deflate64; zip it again with Deflate, or save it in the studio",
            "the project's product.image unpacks to more than 63 MB; use a smaller picture",
            "the project's product.image is damaged (Invalid checksum); copy the file again or save it again in the studio",
            "the program is shutting down",
        ];
        for text in known {
            let words = Lang::Ko.say(text);
            assert!(words.chars().any(|c| ('가'..='힣').contains(&c)), "{text}: {words}");
            assert!(!words.contains('{'), "{words}");
            let left: Vec<&str> = ["send", "the ", "not ", "text", "out of"].into_iter().filter(|w| words.contains(w)).collect();
            assert!(left.is_empty(), "{words}: {left:?}");
            assert_eq!(Lang::En.say(text), text);
        }
        assert_eq!(Lang::Ko.say("Something new."), "Something new.");
        assert_eq!(Lang::Ko.say("Job not found\nSomething new."), "작업을 찾을 수 없습니다.\nSomething new.");
    }
}
