//! What needs a golden picture, read from the sources: scene families, materials and looks of letters.

use std::path::{Path, PathBuf};

use syn::visit::Visit;

#[derive(Debug, Default)]
pub struct Found {
    pub families: Vec<String>,
    pub materials: Vec<String>,
}

impl<'ast> Visit<'ast> for Found {
    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        if item.ident == "Family" {
            self.families.extend(item.variants.iter().map(|variant| variant.ident.to_string()));
        }
    }

    /// `const MATERIALS: &[(&str, …)]` and `LOOKS`: the first word of each entry names the material or look.
    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        if item.ident != "MATERIALS" && item.ident != "LOOKS" {
            return;
        }
        let syn::Expr::Reference(reference) = &*item.expr else { panic!("{} is no longer a reference to an array", item.ident) };
        let syn::Expr::Array(array) = &*reference.expr else { panic!("{} is no longer an array", item.ident) };
        for entry in &array.elems {
            if let syn::Expr::Tuple(tuple) = entry
                && let Some(syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(name), .. })) = tuple.elems.first()
                && !self.materials.contains(&name.value())
            {
                self.materials.push(name.value());
            }
        }
    }
}

pub fn read() -> Found {
    let mut found = Found::default();
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut open: Vec<PathBuf> = vec![src.join("backend/draft")];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(path).unwrap().map(|e| e.unwrap().path()));
        } else {
            found.visit_file(&syn::parse_file(&std::fs::read_to_string(path).unwrap()).unwrap());
        }
    }
    found
}
