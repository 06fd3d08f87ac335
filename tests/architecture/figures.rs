//! Measures the sources: `cargo test --test architecture figures -- --nocapture`, of another tree with `NANOCOCOA_SOURCES=path/to/src`.

use syn::spanned::Spanned;
use syn::visit::Visit;

use crate::graph::Graph;
use crate::source::{SourceFile, is_test_only, line_count, read_crate};

/// A function longer than this is reported.
const LONG: usize = 80;

#[derive(Default)]
struct Functions {
    /// Lines from the signature to the closing brace, and the name.
    lengths: Vec<(usize, String)>,
    locks: usize,
}

impl Functions {
    fn function(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let lines = block.span().end().line - signature.span().start().line + 1;
        self.lengths.push((lines, signature.ident.to_string()));
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_test_only(&item.attrs) {
            syn::visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if !is_test_only(&item.attrs) {
            self.function(&item.sig, &item.block);
            syn::visit::visit_item_fn(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.sig, &item.block);
        syn::visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.function(&item.sig, block);
        }
        syn::visit::visit_trait_item_fn(self, item);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.locks += usize::from(call.method == "lock" && call.args.is_empty());
        syn::visit::visit_expr_method_call(self, call);
    }

    /// A helper of that name, which takes the mutex as its argument.
    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let syn::Expr::Path(function) = &*call.func {
            self.locks += usize::from(function.path.segments.last().is_some_and(|s| s.ident == "lock") && call.args.len() == 1);
        }
        syn::visit::visit_expr_call(self, call);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        let arguments = syn::punctuated::Punctuated::<syn::Expr, syn::Token![,]>::parse_terminated;
        if let Ok(arguments) = syn::parse::Parser::parse2(arguments, call.tokens.clone()) {
            arguments.iter().for_each(|a| self.visit_expr(a));
        }
    }
}

fn functions(files: &[SourceFile]) -> (Vec<(usize, String)>, usize) {
    let (mut lengths, mut locks) = (Vec::new(), 0);
    for file in files {
        let mut functions = Functions::default();
        functions.visit_file(&file.syntax);
        lengths.extend(functions.lengths.into_iter().map(|(lines, name)| (lines, format!("{}: {name}", file.name))));
        locks += functions.locks;
    }
    lengths.sort_by(|a, b| b.cmp(a));
    (lengths, locks)
}

#[test]
fn figures() {
    let files = read_crate();
    let graph = Graph::new(&files);
    let circles = graph.circles();
    let mut lines: Vec<usize> = files.iter().map(|f| f.lines).collect();
    lines.sort_unstable();
    let (lengths, locks) = functions(&files);
    let long: Vec<_> = lengths.iter().filter(|(lines, _)| *lines > LONG).collect();
    println!("files: {}, lines: {}", files.len(), lines.iter().sum::<usize>());
    println!("dependencies between files: {}", graph.edge_count());
    println!(
        "circles: {}, files in them: {}, in the largest: {}",
        circles.len(),
        circles.concat().len(),
        circles.first().map_or(0, Vec::len)
    );
    println!("lines a file: median {}, 90th percentile {}", lines[lines.len() / 2], lines[lines.len() * 9 / 10]);
    println!("functions: {}, over {LONG} lines: {}", lengths.len(), long.len());
    println!("lock() sites: {locks}");
    for (lines, name) in long {
        println!("  {lines} lines: {name}");
    }
    for circle in &circles {
        println!("circle of {}:", circle.len());
        graph.inside(circle).iter().for_each(|line| println!("  {line}"));
    }
    assert!(files.len() > 60 && lengths.len() > 1000, "{} files, {} functions were read", files.len(), lengths.len());
}

#[test]
fn lengths_and_locks_are_counted() {
    let code = "fn a() {\n    b.lock();\n    vec![lock(&b)];\n}\n#[cfg(test)]\nmod tests {\n    fn c() { b.lock(); }\n}\n";
    let mut functions = Functions::default();
    functions.visit_file(&syn::parse_file(code).unwrap());
    assert_eq!((functions.lengths, functions.locks), (vec![(4, "a".to_owned())], 2));
    assert_eq!(line_count(syn::parse_file(code).unwrap().items[0].span()), 4);
}
