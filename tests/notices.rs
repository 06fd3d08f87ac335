//! Every notice has its words: the codes and arguments of `notice!` in the sources against the Fluent files of every language.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use nanococoa::notice::{Language, Notice, Wording};
use syn::parse::{Parse, ParseStream};
use syn::visit::Visit;

fn files(dir: &Path, extension: &str, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, extension, out);
        } else if path.extension().is_some_and(|e| e == extension) {
            out.push(path);
        }
    }
}

/// The languages: the folders of `assets/i18n`.
fn languages() -> Vec<String> {
    let folders = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/i18n")).unwrap().flatten();
    let mut names: Vec<String> =
        folders.filter(|entry| entry.path().is_dir()).map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The variable that the wording itself sets: `rest`, `cli` or `studio`. No argument may have its name.
const FRONT_END: &str = "front_end";

/// Variables of every message of a language by the message's ID, without [`FRONT_END`].
fn messages(language: &str) -> BTreeMap<String, BTreeSet<String>> {
    variables(language, |_| true)
}

/// As [`messages`], but without the variables that only choose between variants, such as a count that only chooses a plural form.
fn shown(language: &str) -> BTreeMap<String, BTreeSet<String>> {
    variables(language, |rest| !rest.trim_start().starts_with("->"))
}

/// Variables whose following text has a use that `counts`.
fn variables(language: &str, counts: impl Fn(&str) -> bool) -> BTreeMap<String, BTreeSet<String>> {
    let mut paths = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/i18n").join(language), "ftl", &mut paths);
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in paths {
        let mut id = String::new();
        for line in fs::read_to_string(&path).unwrap().lines().filter(|line| !line.starts_with('#')) {
            if let Some((name, _)) = line.split_once(" =").filter(|(name, _)| !name.starts_with([' ', '}'])) {
                id = name.to_owned();
                assert!(found.insert(id.clone(), BTreeSet::new()).is_none(), "{id} stands twice in {language}");
            }
            for part in line.split('$').skip(1) {
                let end = part.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(part.len());
                let (name, rest) = part.split_at(end);
                if name != FRONT_END && counts(rest) {
                    found.entry(id.clone()).or_default().insert(name.to_owned());
                }
            }
        }
    }
    found
}

/// The input of `notice!`.
struct Call {
    code: String,
    arguments: BTreeSet<String>,
}

impl Parse for Call {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let code = input.parse::<syn::LitStr>()?.value();
        let mut arguments = BTreeSet::new();
        while input.parse::<Option<syn::Token![,]>>()?.is_some() && !input.is_empty() {
            arguments.insert(input.parse::<syn::Ident>()?.to_string());
            input.parse::<syn::Token![=]>()?;
            input.parse::<syn::Expr>()?;
        }
        Ok(Self { code, arguments })
    }
}

#[derive(Default)]
struct Calls {
    notices: Vec<Call>,
    /// Every string literal: codes also stand in tables and in `Notice::new`.
    literals: BTreeSet<String>,
    /// Codes whose words are asked for without arguments: `lang.t("code")`, and the names of commands.
    plain: BTreeSet<String>,
}

impl Calls {
    /// Macros hide their tokens from the visitor: literals and nested `notice!` calls within them are found here.
    fn tokens(&mut self, tokens: proc_macro2::TokenStream) {
        let trees: Vec<proc_macro2::TokenTree> = tokens.into_iter().collect();
        for (at, tree) in trees.iter().enumerate() {
            match tree {
                proc_macro2::TokenTree::Group(group) => {
                    let name = at.checked_sub(2).map(|i| trees[i].to_string());
                    let bang = at.checked_sub(1).is_some_and(|i| trees[i].to_string() == "!");
                    if bang && name.as_deref() == Some("notice") {
                        self.notices.extend(syn::parse2::<Call>(group.stream()).ok());
                    }
                    self.tokens(group.stream());
                }
                proc_macro2::TokenTree::Literal(literal) => {
                    self.literals.extend(syn::parse_str::<syn::LitStr>(&literal.to_string()).ok().map(|l| l.value()));
                }
                _ => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Calls {
    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        if call.path.segments.last().is_some_and(|s| s.ident == "notice") {
            self.notices.push(syn::parse2(call.tokens.clone()).unwrap());
        }
        self.tokens(call.tokens.clone());
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if let Some((notice, macro_call, arguments)) = chained(call) {
            self.notices.push(notice);
            self.tokens(macro_call.tokens.clone());
            arguments.into_iter().for_each(|argument| self.visit_expr(argument));
            return;
        }
        if call.method == "t" {
            self.plain.extend(call.args.first().and_then(literal));
        }
        syn::visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if matches!(&*call.func, syn::Expr::Path(path) if path.path.is_ident("info")) {
            self.plain.extend(call.args.first().and_then(literal));
        }
        syn::visit::visit_expr_call(self, call);
    }

    fn visit_lit_str(&mut self, literal: &'ast syn::LitStr) {
        self.literals.insert(literal.value());
    }

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if module.ident != "tests" {
            syn::visit::visit_item_mod(self, module);
        }
    }
}

/// `notice!(…)` with the methods that are called on it: the call with the arguments that `with` adds, the macro, and the methods' arguments.
fn chained(call: &syn::ExprMethodCall) -> Option<(Call, &syn::Macro, Vec<&syn::Expr>)> {
    let (mut added, mut arguments, mut call) = (BTreeSet::new(), Vec::new(), call);
    loop {
        if call.method == "with" {
            added.extend(call.args.first().and_then(literal));
        }
        arguments.extend(&call.args);
        match &*call.receiver {
            syn::Expr::MethodCall(inner) => call = inner,
            syn::Expr::Macro(inner) if inner.mac.path.segments.last().is_some_and(|s| s.ident == "notice") => {
                let mut notice: Call = syn::parse2(inner.mac.tokens.clone()).unwrap();
                notice.arguments.extend(added);
                return Some((notice, &inner.mac, arguments));
            }
            _ => return None,
        }
    }
}

fn literal(expression: &syn::Expr) -> Option<String> {
    match expression {
        syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}

fn calls() -> Calls {
    let mut paths = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), "rs", &mut paths);
    let mut calls = Calls::default();
    for path in paths {
        calls.visit_file(&syn::parse_file(&fs::read_to_string(&path).unwrap()).unwrap());
    }
    calls
}

/// What is wrong with the arguments of the calls, given the variables of the messages.
fn wrong_arguments(calls: &[Call], messages: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let mut wrong = Vec::new();
    for Call { code, arguments } in calls {
        let Some(variables) = messages.get(code) else {
            wrong.push(format!("{code}: there is no such message"));
            continue;
        };
        if arguments.contains(FRONT_END) {
            wrong.push(format!("{code}: the argument {FRONT_END} has the name of the variable that the wording sets"));
        }
        wrong.extend(arguments.difference(variables).map(|name| format!("{code}: the message has no variable ${name}")));
        wrong.extend(variables.difference(arguments).map(|name| format!("{code}: a call lacks the argument {name}")));
    }
    wrong
}

#[test]
fn every_notice_has_its_words_and_arguments() {
    let calls = calls();
    assert!(calls.notices.len() > 100, "only {} calls of notice! were found", calls.notices.len());
    let wrong = wrong_arguments(&calls.notices, &messages("en"));
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn arguments_of_calls_are_compared() {
    let code = r#"
        fn f() {
            g(notice!("whole", a = 1, b = 2));
            g(notice!("whole", a = 1).with("b", notice!("whole", a = 1, b = 2)).at("seed"));
            g(notice!("whole", a = 1).at("seed"));
            g(vec![notice!("whole", a = 1, b = 2, c = 3)]);
            g(notice!("whole", a = 1, b = 2).with("front_end", 3));
            g(notice!("none"));
        }
    "#;
    let mut calls = Calls::default();
    calls.visit_file(&syn::parse_file(code).unwrap());
    let messages = BTreeMap::from([("whole".to_owned(), BTreeSet::from(["a", "b"].map(str::to_owned)))]);
    let expected = [
        "whole: a call lacks the argument b",
        "whole: the message has no variable $c",
        "whole: the argument front_end has the name of the variable that the wording sets",
        "whole: the message has no variable $front_end",
        "none: there is no such message",
    ];
    assert_eq!(wrong_arguments(&calls.notices, &messages), expected);
}

#[test]
fn words_without_arguments_have_no_variables() {
    let (english, calls) = (messages("en"), calls());
    assert!(calls.plain.len() > 150, "only {} words were found", calls.plain.len());
    let wrong: Vec<&String> = calls.plain.iter().filter(|code| english.get(*code).is_none_or(|variables| !variables.is_empty())).collect();
    assert!(wrong.is_empty(), "no message, or one with variables: {wrong:?}");
}

/// Codes that stand in tables of the studio begin with the area of their message.
#[test]
fn codes_in_tables_have_their_words() {
    let english = messages("en");
    let area = |code: &str| code.split_once('-').map(|(area, _)| area.to_owned());
    let areas: BTreeSet<String> = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/i18n/en"))
        .unwrap()
        .flatten()
        .filter(|file| file.file_name().to_string_lossy().starts_with("studio-"))
        .flat_map(|file| {
            fs::read_to_string(file.path())
                .unwrap()
                .lines()
                .filter_map(|l| l.split_once(" =").and_then(|(id, _)| area(id)))
                .collect::<Vec<_>>()
        })
        .collect();
    let is_code = |text: &str| text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    let mut calls = Calls::default();
    let mut paths = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/gui"), "rs", &mut paths);
    for path in paths {
        calls.visit_file(&syn::parse_file(&fs::read_to_string(&path).unwrap()).unwrap());
    }
    let wrong: Vec<&String> = calls
        .literals
        .iter()
        .filter(|text| is_code(text) && area(text).is_some_and(|area| areas.contains(&area)) && !english.contains_key(*text))
        .collect();
    assert!(wrong.is_empty(), "no words for {wrong:?}");
}

#[test]
fn every_message_has_a_use() {
    let calls = calls();
    let used = |id: &str| id.starts_with("field-") || calls.notices.iter().any(|c| c.code == id) || calls.literals.contains(id);
    let unused: Vec<String> = messages("en").into_keys().filter(|id| !used(id)).collect();
    assert!(unused.is_empty(), "no code uses {unused:?}");
}

#[test]
fn every_language_has_the_same_messages_and_variables() {
    let (languages, english, shown) = (languages(), messages("en"), shown("en"));
    assert!(english.len() > 150, "only {} messages were read", english.len());
    assert!(languages.len() > 1, "only {languages:?}");
    for language in languages.iter().filter(|language| *language != "en") {
        let other = messages(language);
        let ids: BTreeSet<&String> = english.keys().chain(other.keys()).collect();
        let wrong: Vec<String> = ids
            .into_iter()
            .filter(|id| match (english.get(*id), other.get(*id)) {
                // A count that only chooses an English plural form has no place in a language without plural forms.
                (Some(english), Some(other)) => {
                    !english.difference(other).all(|name| name == "count" && !shown[*id].contains(name)) || !other.is_subset(english)
                }
                _ => true,
            })
            .map(|id| format!("{id}: {:?} in English, {:?} in {language}", english.get(id), other.get(id)))
            .collect();
        assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    }
}

/// A folder that no language reads would be compared above and never shown.
#[test]
fn every_folder_of_words_is_a_language() {
    let mut offered: Vec<String> =
        Language::ALL.iter().map(|language| serde_json::to_value(language).unwrap().as_str().unwrap().to_owned()).collect();
    offered.sort();
    assert_eq!(languages(), offered);
}

/// In the studio a message names a field as its control does.
#[test]
fn fields_have_the_names_of_their_controls() {
    let controls = [
        ("product_image", "product-title"),
        ("bg_prompt", "scene-title"),
        ("bg_negative_prompt", "advanced-scene-negative"),
        ("text_content", "text-title"),
        ("text_model_prompt", "style-title"),
        ("negative_prompt", "advanced-style-negative"),
        ("font_name", "font-title"),
        ("composition_strength", "layers-composition"),
        ("strength", "layers-strength"),
        ("seed", "seed-title"),
        ("width", "size-width"),
        ("height", "size-height"),
        ("num_inference_steps", "advanced-steps"),
        ("text_num_inference_steps", "advanced-text-steps"),
        ("guidance_scale", "advanced-guidance"),
        ("preserve_product", "advanced-preserve"),
        ("engine", "advanced-engine"),
    ];
    for (field, control) in controls {
        for words in Language::ALL.map(Wording::studio) {
            assert_eq!(words.field(field), words.sentence(&Notice::new(control)), "{field}, {:?}", words.language);
        }
    }
}

/// These stand in other messages as `{ $reason }`, before a full stop.
#[test]
fn reasons_have_no_full_stop() {
    let reasons = [
        "api-host-several",
        "api-host-unreadable",
        "api-host-missing",
        "api-host-invalid",
        "api-host-unknown",
        "api-token-missing",
        "api-token-short",
        "diffusion-no-models",
        "diffusion-models-missing",
        "diffusion-models-too-large",
        "diffusion-device-unknown",
        "diffusion-flux-unknown",
        "cuda-driver-missing",
        "cuda-driver-old",
        "cuda-library-missing",
        "cuda-program-missing",
        "cuda-program-not-there",
        "cuda-switched-off",
        "cuda-ready-to-start",
        "diffusion-precision-unknown",
        "diffusion-built-without-cuda",
        "diffusion-built-without-metal",
        "diffusion-metal-unusable",
        "diffusion-gpu-unusable",
    ];
    for code in reasons {
        for words in Language::ALL.map(Wording::studio) {
            let text = words.sentence(&Notice::new(code));
            assert!(text != code && !text.ends_with('.'), "{code}: {text}");
        }
    }
}
