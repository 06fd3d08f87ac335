//! Limits on JSON text, checked before it is parsed: a tree of arbitrary JSON takes up to forty times the memory of its text.

/// How large JSON text may be once it is parsed.
pub(super) struct JsonLimits {
    /// Deepest nesting of brackets.
    pub depth: usize,
    /// Most values, those within lists and objects included.
    pub values: usize,
}

impl JsonLimits {
    /// Whether the text is within the limits. Works on invalid JSON too.
    pub(super) fn hold(&self, text: &[u8]) -> bool {
        let (mut values, mut depth, mut quoted, mut escaped) = (1_usize, 0_usize, false, false);
        for &byte in text {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                _ if quoted => {}
                b'[' | b'{' => {
                    depth += 1;
                    values += 1;
                }
                b']' | b'}' => depth = depth.saturating_sub(1),
                b',' => values += 1,
                _ => {}
            }
            if depth > self.depth || values > self.values {
                return false;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_and_commas_within_strings_do_not_count() {
        let hold = |text: &str, depth, values| JsonLimits { depth, values }.hold(text.as_bytes());
        assert!(hold(r#"["[{,,,\"[[", {}]"#, 2, 4) && !hold(r#"["[{,,,\"[[", {}]"#, 1, 4));
        assert!(hold("[1, 2, 3]", 1, 4) && !hold("[1, 2, 3]", 1, 3));
        // Closing brackets without an opening one.
        assert!(hold("]]}[", 1, 2));
    }
}
