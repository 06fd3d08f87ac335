//! Which file depends on which: every path is resolved to the file that defines the item, through imports and re-exports.
//!
//! Not seen: methods that an `impl` block in another file adds to a type, and names inside attributes.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use syn::visit::Visit;

use crate::source::{SourceFile, is_test_only};

/// What a module contains, by name.
#[derive(Default)]
struct Scope {
    file: usize,
    children: HashSet<String>,
    items: HashSet<String>,
    imports: HashMap<String, Vec<String>>,
    globs: Vec<Vec<String>>,
    macros: HashSet<String>,
}

#[derive(Clone, PartialEq)]
enum Target {
    Module(Vec<String>),
    /// An item, by the file that defines it.
    Item(usize),
}

/// The dependencies between files.
pub struct Graph {
    names: Vec<String>,
    /// For each file: the files it depends on, each with the paths that say so.
    edges: Vec<BTreeMap<usize, BTreeSet<String>>>,
}

impl Graph {
    pub fn new(files: &[SourceFile]) -> Self {
        let mut scopes = HashMap::new();
        for (index, file) in files.iter().enumerate() {
            declare(index, &file.module, &file.syntax.items, &mut scopes);
        }
        let edges = files
            .iter()
            .enumerate()
            .map(|(file, source)| {
                let mut uses = Uses { scopes: &scopes, module: source.module.clone(), file, found: BTreeMap::new() };
                uses.visit_file(&source.syntax);
                uses.found
            })
            .collect();
        Self { names: files.iter().map(|f| f.name.clone()).collect(), edges }
    }

    /// Strongly connected components of more than one file, largest first; names sorted.
    pub fn circles(&self) -> Vec<Vec<String>> {
        let reach: Vec<HashSet<usize>> = (0..self.names.len()).map(|start| self.reachable(start)).collect();
        let mut seen = HashSet::new();
        let mut circles = Vec::new();
        for file in 0..self.names.len() {
            let circle: Vec<usize> =
                (0..self.names.len()).filter(|&other| reach[file].contains(&other) && reach[other].contains(&file)).collect();
            if circle.len() > 1 && seen.insert(circle[0]) {
                let mut names: Vec<String> = circle.iter().map(|&i| self.names[i].clone()).collect();
                names.sort();
                circles.push(names);
            }
        }
        circles.sort_by_key(|c| (std::cmp::Reverse(c.len()), c.clone()));
        circles
    }

    /// The dependencies inside a set of files, one a line: `a.rs -> b.rs: crate::b::Thing`.
    pub fn inside(&self, circle: &[String]) -> Vec<String> {
        let member = |index: &usize| circle.contains(&self.names[*index]);
        let mut lines = Vec::new();
        for from in (0..self.names.len()).filter(member) {
            for (to, paths) in self.edges[from].iter().filter(|(to, _)| member(to)) {
                let paths = paths.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
                lines.push(format!("{} -> {}: {paths}", self.names[from], self.names[*to]));
            }
        }
        lines.sort();
        lines
    }

    pub fn edge_count(&self) -> usize {
        self.edges.iter().map(BTreeMap::len).sum()
    }

    fn reachable(&self, start: usize) -> HashSet<usize> {
        let mut seen = HashSet::new();
        let mut open = vec![start];
        while let Some(file) = open.pop() {
            open.extend(self.edges[file].keys().filter(|&&to| seen.insert(to)));
        }
        seen
    }
}

fn declare(file: usize, module: &[String], items: &[syn::Item], scopes: &mut HashMap<Vec<String>, Scope>) {
    let mut scope = Scope { file, ..Scope::default() };
    let mut add = |ident: &syn::Ident| scope.items.insert(ident.to_string());
    for item in items {
        match item {
            syn::Item::Fn(i) if !is_test_only(&i.attrs) => drop(add(&i.sig.ident)),
            syn::Item::Struct(i) => drop(add(&i.ident)),
            syn::Item::Enum(i) => drop(add(&i.ident)),
            syn::Item::Union(i) => drop(add(&i.ident)),
            syn::Item::Trait(i) => drop(add(&i.ident)),
            syn::Item::Type(i) => drop(add(&i.ident)),
            syn::Item::Const(i) => drop(add(&i.ident)),
            syn::Item::Static(i) => drop(add(&i.ident)),
            _ => {}
        }
    }
    for item in items {
        match item {
            syn::Item::Mod(m) if !is_test_only(&m.attrs) => {
                let name = m.ident.to_string();
                if let Some((_, items)) = &m.content {
                    declare(file, &[module, std::slice::from_ref(&name)].concat(), items, scopes);
                }
                scope.children.insert(name);
            }
            syn::Item::Use(u) if !is_test_only(&u.attrs) => import(&u.tree, &mut Vec::new(), &mut scope),
            syn::Item::Macro(m) => {
                let exported = m.attrs.iter().any(|a| a.path().is_ident("macro_export"));
                let Some(ident) = &m.ident else { continue };
                scope.macros.insert(ident.to_string());
                if exported && module.len() > 1 {
                    let root = scopes.entry(vec![module[0].clone()]).or_default();
                    root.imports.insert(ident.to_string(), [module, &[ident.to_string()]].concat());
                }
            }
            _ => {}
        }
    }
    // An exported macro below may have made the root's entry already.
    let known = scopes.remove(module).unwrap_or_default();
    scope.imports.extend(known.imports);
    scopes.insert(module.to_vec(), scope);
}

fn import(tree: &syn::UseTree, prefix: &mut Vec<String>, scope: &mut Scope) {
    match tree {
        syn::UseTree::Path(p) => {
            prefix.push(p.ident.to_string());
            import(&p.tree, prefix, scope);
            prefix.pop();
        }
        syn::UseTree::Name(n) if n.ident == "self" => drop(scope.imports.insert(prefix.last().unwrap().clone(), prefix.clone())),
        syn::UseTree::Name(n) => drop(scope.imports.insert(n.ident.to_string(), [prefix.as_slice(), &[n.ident.to_string()]].concat())),
        syn::UseTree::Rename(n) => {
            let mut path = prefix.clone();
            if n.ident != "self" {
                path.push(n.ident.to_string());
            }
            scope.imports.insert(n.rename.to_string(), path);
        }
        syn::UseTree::Glob(_) => scope.globs.push(prefix.clone()),
        syn::UseTree::Group(g) => g.items.iter().for_each(|t| import(t, prefix, scope)),
    }
}

type Scopes = HashMap<Vec<String>, Scope>;

/// Resolves a path as written in a module. `None`: another crate, a local name, or too deep.
fn resolve(scopes: &Scopes, module: &[String], path: &[String], depth: usize) -> Option<Target> {
    let (first, rest) = path.split_first()?;
    match first.as_str() {
        "crate" => below(scopes, &module[..1], rest, depth),
        "nanococoa" => below(scopes, &["crate".to_owned()], rest, depth),
        "self" => below(scopes, module, rest, depth),
        "super" => {
            let parent = module.split_last()?.1;
            if rest.first().is_some_and(|s| s == "super") {
                resolve(scopes, parent, rest, depth)
            } else {
                below(scopes, parent, rest, depth)
            }
        }
        _ => below(scopes, module, path, depth),
    }
}

/// Resolves a path that starts inside a module.
fn below(scopes: &Scopes, module: &[String], path: &[String], depth: usize) -> Option<Target> {
    let scope = scopes.get(module)?;
    let Some((name, rest)) = path.split_first() else { return Some(Target::Module(module.to_vec())) };
    if depth > 16 {
        return None;
    }
    let child = || below(scopes, &[module, std::slice::from_ref(name)].concat(), rest, depth);
    if scope.children.contains(name) && !rest.is_empty() {
        return child();
    }
    if scope.items.contains(name) || scope.macros.contains(name) {
        return Some(Target::Item(scope.file));
    }
    if let Some(import) = scope.imports.get(name)
        && import.as_slice() != std::slice::from_ref(name)
    {
        return match resolve(scopes, module, import, depth + 1)? {
            Target::Module(inner) => below(scopes, &inner, rest, depth + 1),
            item => Some(item),
        };
    }
    if scope.children.contains(name) {
        return child();
    }
    scope.globs.iter().find_map(|glob| match resolve(scopes, module, glob, depth + 1)? {
        Target::Module(inner) if inner != module => below(scopes, &inner, path, depth + 1),
        _ => None,
    })
}

/// Collects what one file uses.
struct Uses<'a> {
    scopes: &'a Scopes,
    module: Vec<String>,
    file: usize,
    found: BTreeMap<usize, BTreeSet<String>>,
}

impl Uses<'_> {
    fn add(&mut self, path: &[String]) {
        if let Some(Target::Item(file)) = resolve(self.scopes, &self.module, path, 0)
            && file != self.file
        {
            self.found.entry(file).or_default().insert(path.join("::"));
        }
    }

    fn import(&mut self, tree: &syn::UseTree, prefix: &mut Vec<String>) {
        match tree {
            syn::UseTree::Path(p) => {
                prefix.push(p.ident.to_string());
                self.import(&p.tree, prefix);
                prefix.pop();
            }
            syn::UseTree::Name(n) => self.add(&[prefix.as_slice(), &[n.ident.to_string()]].concat()),
            syn::UseTree::Rename(n) => self.add(&[prefix.as_slice(), &[n.ident.to_string()]].concat()),
            syn::UseTree::Glob(_) => {}
            syn::UseTree::Group(g) => g.items.iter().for_each(|t| self.import(t, prefix)),
        }
    }

    /// A macro by its bare name: one that is defined in a module around it, or imported.
    fn bare_macro(&mut self, name: &str) {
        let around = (1..=self.module.len()).rev().map(|n| &self.module[..n]);
        let file = around.filter_map(|m| self.scopes.get(m)).find(|s| s.macros.contains(name)).map(|s| s.file);
        match file {
            Some(file) if file != self.file => drop(self.found.entry(file).or_default().insert(format!("{name}!"))),
            Some(_) => {}
            None => self.add(&[name.to_owned()]),
        }
    }
}

impl<'ast> Visit<'ast> for Uses<'_> {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let attributes: &[syn::Attribute] = match item {
            syn::Item::Fn(i) => &i.attrs,
            syn::Item::Impl(i) => &i.attrs,
            syn::Item::Use(i) => &i.attrs,
            _ => &[],
        };
        if !is_test_only(attributes) {
            syn::visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if item.content.is_some() && !is_test_only(&item.attrs) {
            self.module.push(item.ident.to_string());
            syn::visit::visit_item_mod(self, item);
            self.module.pop();
        }
    }

    /// A private import is a use, for traits are used by import alone. A re-export is none.
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if matches!(item.vis, syn::Visibility::Inherited) {
            self.import(&item.tree, &mut Vec::new());
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.add(&path.segments.iter().map(|s| s.ident.to_string()).collect::<Vec<_>>());
        syn::visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        let name: Vec<String> = call.path.segments.iter().map(|s| s.ident.to_string()).collect();
        match name.as_slice() {
            [bare] => self.bare_macro(bare),
            path => self.add(path),
        }
        match macro_arguments(call) {
            Ok(arguments) => arguments.iter().for_each(|a| self.visit_expr(a)),
            Err(_) => token_paths(call.tokens.clone(), &mut |path| self.add(path)),
        }
    }
}

/// The arguments of a macro.
///
/// # Errors
/// They are no list of expressions.
pub fn macro_arguments(call: &syn::Macro) -> syn::Result<syn::punctuated::Punctuated<syn::Expr, syn::Token![,]>> {
    call.parse_body_with(syn::punctuated::Punctuated::parse_terminated)
}

/// Every `a::b` in tokens that are not a list of expressions.
pub fn token_paths(tokens: proc_macro2::TokenStream, found: &mut dyn FnMut(&[String])) {
    use proc_macro2::TokenTree;
    let mut path: Vec<String> = Vec::new();
    let mut colons = 0;
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                if colons != 2 {
                    flush(&mut path, found);
                }
                path.push(ident.to_string());
                colons = 0;
            }
            TokenTree::Punct(p) if p.as_char() == ':' => colons += 1,
            TokenTree::Group(group) => {
                flush(&mut path, found);
                token_paths(group.stream(), found);
                colons = 0;
            }
            _ => {
                flush(&mut path, found);
                colons = 0;
            }
        }
    }
    flush(&mut path, found);
}

fn flush(path: &mut Vec<String>, found: &mut dyn FnMut(&[String])) {
    if path.len() > 1 {
        found(path);
    }
    path.clear();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(files: &[(&str, &str, &str)]) -> Graph {
        let files: Vec<SourceFile> = files
            .iter()
            .map(|(name, module, code)| SourceFile {
                name: (*name).to_owned(),
                module: module.split("::").map(str::to_owned).collect(),
                syntax: syn::parse_file(code).unwrap(),
                lines: 0,
            })
            .collect();
        Graph::new(&files)
    }

    fn all(graph: &Graph) -> Vec<String> {
        graph.inside(&graph.names)
    }

    #[test]
    fn a_path_leads_to_the_file_that_defines_the_item() {
        let graph = graph(&[
            ("lib.rs", "crate", "mod room; mod other; macro_rules! tell { () => {} }"),
            ("room/mod.rs", "crate::room", "mod inner; pub use inner::Thing; pub fn own() {}"),
            ("room/inner.rs", "crate::room::inner", "pub struct Thing; impl Thing { fn make() { super::own(); } }"),
            (
                "other.rs",
                "crate::other",
                "use crate::room::{self, Thing}; fn f() { room::own(); tell!(); vec![room::inner::Thing]; } #[cfg(test)] mod tests { fn g() { crate::nothing(); } }",
            ),
        ]);
        let expected = [
            "other.rs -> lib.rs: tell!",
            "other.rs -> room/inner.rs: crate::room::Thing, room::inner::Thing",
            "other.rs -> room/mod.rs: room::own",
            "room/inner.rs -> room/mod.rs: super::own",
        ];
        assert_eq!(all(&graph), expected);
        assert_eq!(graph.circles(), Vec::<Vec<String>>::new());
    }

    #[test]
    fn a_circle_is_found_and_a_re_export_is_none() {
        let parts: &[(&str, &str, &str)] = &[
            ("lib.rs", "crate", "mod room;"),
            ("room/mod.rs", "crate::room", "mod a; mod b; pub use a::A; pub use b::B;"),
            ("room/a.rs", "crate::room::a", "pub struct A(super::B);"),
        ];
        let with = |b| graph(&[parts, &[("room/b.rs", "crate::room::b", b)]].concat()).circles();
        assert_eq!(with("pub struct B;"), Vec::<Vec<String>>::new());
        assert_eq!(with("use super::*; pub struct B(Option<Box<A>>);"), [["room/a.rs", "room/b.rs"]]);
    }
}
