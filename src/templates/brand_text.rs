//! The text of a brand kit's file after an edit. What the edit does not change stays as it was written, comments included.

use toml_edit::{Array, DocumentMut, Item, Table, TableLike, Value};

use super::brand::Brand;
use super::color::{hex, parsed};

impl Brand {
    /// The text of `brand.toml` for this kit. `before`: the text that it replaces; empty for a new file.
    ///
    /// `None` if `before` is not TOML.
    pub fn written(&self, before: &str) -> Option<String> {
        let mut document: DocumentMut = before.trim_start_matches('\u{feff}').parse().ok()?;
        set_text(document.as_table_mut(), "name", Some(&self.name));
        set_text(document.as_table_mut(), "logo", self.logos.first().map(String::as_str));
        set_list(document.as_table_mut(), "logos", self.logos.get(1..).unwrap_or_default());
        let colors: Vec<(&str, String)> = self.colors.iter().map(|(role, color)| (role.as_str(), hex(*color))).collect();
        let same_color = |old: &str, new: &str| parsed(old).is_some() && parsed(old) == parsed(new);
        set_table(&mut document, "colors", &colors, &same_color);
        let fonts = [("heading", &self.heading_font), ("body", &self.body_font)];
        let fonts: Vec<(&str, String)> = fonts.iter().filter_map(|(role, name)| Some((*role, (*name).clone()?))).collect();
        let same = |old: &str, new: &str| old == new;
        set_table(&mut document, "fonts", &fonts, &same);
        let texts: Vec<(&str, String)> = self.texts.iter().map(|(slot, text)| (slot.as_str(), text.clone())).collect();
        set_table(&mut document, "texts", &texts, &same);
        Some(document.to_string())
    }
}

/// Replaces or adds a value. The spaces and the comment around the old value stay.
fn set_value(table: &mut dyn TableLike, key: &str, new: Value) {
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(old) => {
            let decor = old.decor().clone();
            *old = new;
            *old.decor_mut() = decor;
        }
        None => drop(table.insert(key, Item::Value(new))),
    }
}

fn set_text(table: &mut dyn TableLike, key: &str, text: Option<&str>) {
    let old = table.get(key).and_then(Item::as_str);
    match text {
        Some(text) if old == Some(text) => {}
        Some(text) => set_value(table, key, text.into()),
        None => drop(table.remove(key)),
    }
}

fn set_list(table: &mut dyn TableLike, key: &str, texts: &[String]) {
    if texts.is_empty() {
        table.remove(key);
        return;
    }
    let strings = |list: &Array| list.iter().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>();
    if let Some(list) = table.get_mut(key).and_then(Item::as_array_mut) {
        // The entries that stay are not written anew, so that comments between them stay.
        list.retain(|entry| entry.as_str().is_some_and(|text| texts.iter().any(|wanted| wanted == text)));
        let kept = strings(list);
        if texts.starts_with(&kept) {
            texts[kept.len()..].iter().for_each(|text| list.push(text.as_str()));
            return;
        }
    }
    set_value(table, key, texts.iter().map(String::as_str).collect::<Array>().into());
}

/// Makes a table have these entries and no others. `same`: whether an entry's old text stands for the new one.
fn set_table(document: &mut DocumentMut, name: &str, entries: &[(&str, String)], same: &dyn Fn(&str, &str) -> bool) {
    if document.get(name).is_none_or(|item| !item.is_table_like()) {
        if entries.is_empty() {
            return;
        }
        document.insert(name, Item::Table(Table::new()));
    }
    let Some(table) = document.get_mut(name).and_then(Item::as_table_like_mut) else { return };
    let gone: Vec<String> =
        table.iter().map(|(key, _)| key.to_owned()).filter(|key| entries.iter().all(|(wanted, _)| wanted != key)).collect();
    for key in gone {
        table.remove(&key);
    }
    for (key, text) in entries {
        if table.get(key).and_then(Item::as_str).is_none_or(|old| !same(old, text)) {
            set_value(table, key, text.as_str().into());
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::notice;
    use crate::templates::Brand;

    const KIT: &str = "# Ours, since 2019\nname = \"Café Bom\"\nlogo = \"logo.svg\" # the round one\n\n[colors]\n# of the cup\nprimary = \"#00704a\"\n\
                       old = \"#111111\"\n\n[texts]\nperiod = \"전 매장\"\n";

    #[test]
    fn an_edit_leaves_the_rest_of_the_file_as_it_was_written() {
        let mut brand = Brand { name: "Café Bom".into(), logos: vec!["logo.svg".into()], ..Brand::default() };
        brand.colors = [("primary".into(), [0, 0x70, 0x4A]), ("accent".into(), [0xE5, 0x39, 0x35])].into();
        brand.texts = [("period".into(), "전 매장".into()), ("headline".into(), "1+1 \"오늘만\"".into())].into();
        let text = brand.written(KIT).unwrap();
        for kept in ["# Ours, since 2019", "# the round one", "# of the cup", "primary = \"#00704a\"", "accent = \"#E53935\""] {
            assert!(text.contains(kept), "{kept}: {text}");
        }
        assert!(!text.contains("old"), "{text}");
        assert_eq!(brand.written(&text).as_deref(), Some(text.as_str()));
        assert_eq!(brand.written("name = "), None);
        // Read back from a folder it is the same kit.
        let dir = tempfile::tempdir().unwrap();
        (brand.logos, brand.heading_font) = (Vec::new(), Some("Mine.ttf".into()));
        std::fs::write(Brand::file(dir.path()), brand.written("").unwrap()).unwrap();
        let again = Brand::load(dir.path(), &|_| Err(notice!("brand-logo-outside"))).unwrap();
        assert_eq!(
            (&again.name, &again.colors, &again.texts, &again.heading_font),
            (&brand.name, &brand.colors, &brand.texts, &brand.heading_font)
        );
    }

    #[test]
    fn the_comment_of_a_changed_value_stays() {
        let before = "name = \"a\" # ours\nlogo = \"a.svg\" # round\nlogos = [\n  \"b.svg\", # wide\n  \"c.svg\", # tall\n] # more\n\
                      [colors]\nprimary = \"#00704a\" # main green\n[texts]\nkicker = \"x\" # small\n";
        let mut brand = Brand { name: "b".into(), ..Brand::default() };
        brand.logos = ["d.svg", "b.svg", "c.svg", "e.svg"].map(str::to_owned).to_vec();
        brand.colors = [("primary".into(), [1, 2, 3])].into();
        brand.texts = [("kicker".into(), "y".into())].into();
        let text = brand.written(before).unwrap();
        let kept =
            ["\"b\" # ours", "\"d.svg\" # round", "# wide", "# tall", "# more", "\"#010203\" # main green", "kicker = \"y\" # small"];
        for kept in kept {
            assert!(text.contains(kept), "{kept}: {text}");
        }
        assert!(!text.contains("a.svg") && text.contains("e.svg"), "{text}");
        assert_eq!(brand.written(&text).as_deref(), Some(text.as_str()));
        // In another order the list is written anew, and the comment behind it stays.
        brand.logos = ["d.svg", "e.svg", "c.svg"].map(str::to_owned).to_vec();
        let text = brand.written(&text).unwrap();
        assert!(text.contains("[\"e.svg\", \"c.svg\"] # more"), "{text}");
    }

    #[test]
    fn a_damaged_kit_is_one_sentence_with_its_line() {
        let dir = tempfile::tempdir().unwrap();
        for (text, line) in [("name = \"a\"\n[colors]\nprimary = #12", "3"), ("name = \"a\"\nlogoo = \"b\"", "2")] {
            std::fs::write(Brand::file(dir.path()), text).unwrap();
            let words = Brand::load(dir.path(), &|_| Err(notice!("brand-logo-outside"))).unwrap_err().notice().to_string();
            assert!(!words.trim().contains('\n') && words.contains(&format!("line {line}")), "{words}");
        }
    }
}
