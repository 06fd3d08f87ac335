//! No sentence for people stands in code below the front ends: it is a notice there, worded from the Fluent files.

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::Visit;

use crate::source::{is_test_only, read_crate};

/// Modules below the front ends.
const BELOW: &[&str] = &[
    "backend",
    "cancel",
    "config",
    "engine",
    "formats",
    "hub",
    "imaging",
    "job",
    "layers",
    "nn",
    "notice",
    "paths",
    "pipeline",
    "request",
    "schedule",
    "store",
    "templates",
    "typography",
    "weights",
];

/// Why a technical detail may stand in code. Engineers search for its words, so it is English in every language.
const DETAIL: &str = "a technical detail that a notice carries as an argument";

/// Why a part of a stage may be named in code.
const LOG: &str = "a part of a stage, named in the log for engineers";

/// Texts that may stand in code: path below `src`, how the text begins (all texts of the path if empty), and why.
const ALLOWED: &[(&str, &str, &str)] = &[
    ("request/fields.rs", "", "documentation of REST fields, in the OpenAPI page and GET /help"),
    ("request/extensions.rs", "", "documentation of REST fields, in the OpenAPI page and GET /help"),
    ("request/product_fields.rs", "", "documentation of REST fields, in the OpenAPI page and GET /help"),
    ("request/layers/table.rs", "", "documentation of REST fields, in the OpenAPI page and GET /help"),
    ("layers/svg.rs", "it has no size", DETAIL),
    ("request/step_number.rs", "{} is not a step", "an error of serde for files of the program itself"),
    ("backend/draft/scene/words/", "", "terms that are looked for in prompts"),
    ("backend/diffusion/diagnostics/", "", "checks of networks on the command line, for engineers and in English"),
    ("backend/diffusion/models.rs", "", "names of models"),
    ("backend/diffusion/report.rs", "", "names of models"),
    ("imaging/decode/foreign.rs", "", "names of file formats, and how their files begin"),
    ("imaging/decode/png.rs", "Raw profile type", "keys of text entries in PNG files"),
    ("job/event.rs", "a {status} job", "an error of the program itself, which is logged and not shown"),
    ("job/pictures.rs", "Pictures of this job", "how this warning begins in records of older versions"),
    ("backend/diffusion/birefnet.rs", "image_size", DETAIL),
    ("backend/diffusion/error.rs", "failed to create metal resource", "how candle words missing memory on a Mac"),
    ("typography/catalog.rs", "Apple SD Gothic Neo", "name of a font family"),
    ("backend/diffusion/backend.rs", "draft of the ", LOG),
    ("backend/diffusion/backend.rs", "light of the ", LOG),
    ("backend/diffusion/klein.rs", "draft of the letters", LOG),
    ("backend/diffusion/chat.rs", "", DETAIL),
    ("backend/diffusion/denoise.rs", "one or two conditions", DETAIL),
    ("backend/diffusion/instructions.rs", "", "instructions that a network reads in English"),
    ("backend/diffusion/loaded.rs", "{name:<9}", "a line of `nanococoa doctor`: the command line speaks English"),
    ("backend/diffusion/pictures.rs", "", DETAIL),
    ("backend/diffusion/preview.rs", "a preview has too few values", DETAIL),
    ("backend/diffusion/tokenize.rs", "", DETAIL),
    ("backend/draft/segment/mod.rs", "the network has no", DETAIL),
    ("backend/draft/segment/mod.rs", "the mask has", DETAIL),
    ("engine/metadata.rs", "{}\nNegative prompt: ", "a text entry in PNG files, whose format other programs read"),
    ("imaging/decode/format.rs", "PNG, JPEG", "names of file formats"),
    ("imaging/mark.rs", "", "XMP metadata"),
    ("formats/ora.rs", "", "XML of OpenRaster files"),
    ("nn/", "", DETAIL),
    ("request/defaults.rs", "", "default prompts, which networks read in English"),
    ("schedule/", "", DETAIL),
    ("weights/", "", DETAIL),
];

/// Whether a literal looks like words for people: four words or more, or fewer in the shape of a sentence.
fn is_sentence(text: &str) -> bool {
    let mut plain = String::new();
    let mut depth = 0_usize;
    for c in text.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 => plain.push(c),
            _ => {}
        }
    }
    let words: Vec<&str> = plain.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).collect();
    if words.len() >= 4 {
        return true;
    }
    let words: Vec<&str> = words.into_iter().filter(|word| word.chars().filter(|c| c.is_alphabetic()).count() >= 2).collect();
    // A name has capitals throughout: Canon RAW.
    let is_capitalised = || plain.starts_with(char::is_uppercase) && words.iter().any(|word| word.starts_with(char::is_lowercase));
    let is_korean = || words.iter().all(|word| word.chars().any(|c| ('가'..='힣').contains(&c)));
    words.len() >= 2 && (is_capitalised() || plain.trim_end().ends_with(['.', '!', '?']) || is_korean())
}

/// Collects the sentences of a file. Attributes, log lines, assertions and tests are left out; `#[error("…")]` is a message and counts.
#[derive(Default)]
struct Sentences(Vec<String>);

impl Sentences {
    fn literal(&mut self, text: &str) {
        if is_sentence(text) {
            self.0.push(text.to_owned());
        }
    }

    /// Macros hide their tokens from the visitor.
    fn tokens(&mut self, tokens: TokenStream) {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        for (at, tree) in trees.iter().enumerate() {
            match tree {
                TokenTree::Group(group) => {
                    let names: Vec<String> = trees[at.saturating_sub(6)..at].iter().map(ToString::to_string).collect();
                    let called = names.last().is_some_and(|bang| bang == "!");
                    let is_log = names.iter().any(|name| name == "tracing");
                    let name = names.iter().rev().nth(1).map(String::as_str).unwrap_or_default();
                    // A doc comment on an item that a macro defines is the tokens `#[doc = "…"]`.
                    let is_doc = group.stream().into_iter().next().is_some_and(|token| token.to_string() == "doc");
                    let is_doc = is_doc && names.last().is_some_and(|hash| hash == "#");
                    if !is_doc && !(called && (is_log || is_for_programmers(name))) {
                        self.tokens(group.stream());
                    }
                }
                TokenTree::Literal(literal) => {
                    if let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()) {
                        self.literal(&text.value());
                    }
                }
                _ => {}
            }
        }
    }
}

fn is_for_programmers(name: &str) -> bool {
    name.starts_with("assert") || name.starts_with("debug_assert") || matches!(name, "panic" | "unreachable" | "unimplemented" | "todo")
}

impl<'ast> Visit<'ast> for Sentences {
    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        if attribute.path().is_ident("error")
            && let syn::Meta::List(list) = &attribute.meta
        {
            self.tokens(list.tokens.clone());
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_test_only(&item.attrs) {
            syn::visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if !is_test_only(&item.attrs) {
            syn::visit::visit_item_fn(self, item);
        }
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        let is_log = call.path.segments.first().is_some_and(|s| s.ident == "tracing");
        let name = call.path.segments.last().map(|s| s.ident.to_string()).unwrap_or_default();
        if !is_log && !is_for_programmers(&name) {
            self.tokens(call.tokens.clone());
        }
    }

    fn visit_lit_str(&mut self, literal: &'ast syn::LitStr) {
        self.literal(&literal.value());
    }
}

fn sentences(file: &syn::File) -> Vec<String> {
    let mut found = Sentences::default();
    found.visit_file(file);
    found.0
}

#[test]
fn messages_below_the_front_ends_are_notices() {
    let mut wrong = Vec::new();
    let mut used = vec![false; ALLOWED.len()];
    for file in read_crate().iter().filter(|file| file.module[0] == "crate" && BELOW.contains(&file.top())) {
        for text in sentences(&file.syntax) {
            match ALLOWED.iter().position(|(path, start, _)| file.name.starts_with(path) && text.starts_with(start)) {
                Some(at) => used[at] = true,
                None => wrong.push(format!("{}: {text:?}", file.name)),
            }
        }
    }
    assert!(wrong.is_empty(), "make these notices, or name them in ALLOWED with the reason:\n{}", wrong.join("\n"));
    let unused: Vec<_> = ALLOWED.iter().zip(used).filter(|(_, used)| !used).map(|(allowed, _)| allowed).collect();
    assert!(unused.is_empty(), "ALLOWED names what is no longer there: {unused:?}");
}

#[test]
fn sentences_are_found_and_names_are_not() {
    let code = r#"
        /// Doc comments are sentences.
        #[error("The file is damaged.")]
        struct Damaged;
        define! {
            /// Doc comments in macros are sentences too.
            Name
        }
        fn f(name: &str) -> Result<(), String> {
            tracing::warn!("The network was slow today.");
            assert!(!name.is_empty(), "The name must not be empty.");
            let camera = "Canon RAW";
            other(vec![format!("no font can draw {name}; choose another font")], json!({ "key": assert!(true, "The value is there.") }));
            match name {
                "" => Err("Choose a font".into()),
                "0" => Err(format!("strength {name}: use a number")),
                "1" => Err("no output".into()),
                _ => Err("먼저 글꼴을 고르세요".into()),
            }
        }
        #[cfg(test)]
        mod tests {
            fn g() { h("The picture is black."); }
        }
    "#;
    let found = sentences(&syn::parse_file(code).unwrap());
    let expected = [
        "The file is damaged.",
        "no font can draw {name}; choose another font",
        "Choose a font",
        "strength {name}: use a number",
        "먼저 글꼴을 고르세요",
    ]
    .map(str::to_owned);
    assert_eq!(found, expected);
}
