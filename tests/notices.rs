//! Every notice has its words: the codes and arguments of `notice!` in the sources against the Fluent files of both languages.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

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

/// Variables of every message of a language by the message's ID; `$door` is set by the wording itself.
fn messages(language: &str) -> BTreeMap<String, BTreeSet<String>> {
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
                let name: String = part.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                if name != "door" {
                    found.entry(id.clone()).or_default().insert(name);
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

#[test]
fn every_notice_has_its_words_and_arguments() {
    let (english, calls) = (messages("en"), calls());
    assert!(calls.notices.len() > 100, "only {} calls of notice! were found", calls.notices.len());
    let mut wrong = Vec::new();
    for Call { code, arguments } in &calls.notices {
        match english.get(code) {
            None => wrong.push(format!("{code}: there is no such message")),
            // A call may add further arguments with `Notice::with`, so it may name fewer, but no others.
            Some(variables) => wrong.extend(arguments.difference(variables).map(|a| format!("{code}: the message has no variable ${a}"))),
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
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
fn both_languages_have_the_same_messages_and_variables() {
    let (english, korean) = (messages("en"), messages("ko"));
    let ids: BTreeSet<&String> = english.keys().chain(korean.keys()).collect();
    let wrong: Vec<String> = ids
        .into_iter()
        .filter(|id| match (english.get(*id), korean.get(*id)) {
            // A count that only chooses an English plural form has no place in Korean.
            (Some(english), Some(korean)) => !english.difference(korean).all(|name| name == "count") || !korean.is_subset(english),
            _ => true,
        })
        .map(|id| format!("{id}: {:?} in English, {:?} in Korean", english.get(id), korean.get(id)))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(english.len() > 150, "only {} messages were read", english.len());
}
