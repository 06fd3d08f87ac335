//! Counts the elements of an SVG after its references are expanded. A file of a few hundred bytes can repeat an element billions of times.

use std::collections::{BTreeSet, HashMap};

use resvg::usvg::roxmltree::{Document, Node, NodeId, ParsingOptions};

/// Most XML nodes of a file, references not expanded.
const MAX_NODES: u32 = 200_000;
/// Most elements that style sheets may refer to.
const MAX_BY_SHEETS: usize = 200;
/// Deepest nesting after expansion.
const MAX_DEPTH: usize = 1024;

/// Whether an SVG has more than `most` elements if every reference counts as a copy of its target; `None` if it is not XML.
pub(super) fn is_larger_than(text: &str, most: u64) -> Option<bool> {
    let options = ParsingOptions { allow_dtd: true, nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).ok()?;
    let ids = document.descendants().filter_map(|node| Some((node.attribute("id")?, node))).collect();
    let sheets = document.descendants().filter(|node| node.has_tag_name("style") || node.tag_name().name() == "style");
    let by_sheets: BTreeSet<&str> = sheets.filter_map(|node| node.text()).flat_map(urls).collect();
    if by_sheets.len() > MAX_BY_SHEETS {
        return Some(true);
    }
    let by_sheets = by_sheets.into_iter().collect();
    let mut cost = Cost { most, ids, by_sheets, known: HashMap::new() };
    Some(cost.of(document.root_element(), 0) > most)
}

struct Cost<'a, 'i> {
    most: u64,
    ids: HashMap<&'a str, Node<'a, 'i>>,
    /// IDs that style sheets refer to; a rule may apply to any element.
    by_sheets: Vec<&'a str>,
    /// Counts of elements with their descendants and references; `None` while an element is being counted.
    known: HashMap<NodeId, Option<u64>>,
}

impl<'a, 'i> Cost<'a, 'i> {
    /// Number of elements that a node expands to, at most `most` + 1.
    fn of(&mut self, node: Node<'a, 'i>, depth: usize) -> u64 {
        if depth > MAX_DEPTH {
            return self.most + 1;
        }
        match self.known.get(&node.id()) {
            Some(Some(known)) => return *known,
            // A circular reference, which the renderer ignores.
            Some(None) => return 0,
            None => {}
        }
        self.known.insert(node.id(), None);
        let mut all = 1_u64;
        for child in node.children().filter(Node::is_element) {
            all = all.saturating_add(self.of(child, depth + 1));
        }
        for attribute in node.attributes() {
            let own = if attribute.name() == "href" { attribute.value().trim().strip_prefix('#') } else { None };
            for id in own.into_iter().chain(urls(attribute.value())) {
                all = all.saturating_add(self.target(id, depth));
            }
        }
        let mut most = 0;
        for i in 0..self.by_sheets.len() {
            most = self.target(self.by_sheets[i], depth).max(most);
        }
        let all = all.saturating_add(most).min(self.most + 1);
        self.known.insert(node.id(), Some(all));
        all
    }

    fn target(&mut self, id: &str, depth: usize) -> u64 {
        self.ids.get(id).copied().map_or(0, |node| self.of(node, depth + 1))
    }
}

/// The IDs that a text refers to as `url(#id)`.
fn urls(text: &str) -> impl Iterator<Item = &str> {
    text.split("url(").skip(1).filter_map(|rest| {
        let inside = rest.split(')').next()?;
        inside.trim_matches(|c: char| c.is_whitespace() || c == '"' || c == '\'').strip_prefix('#')
    })
}
