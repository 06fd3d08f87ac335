//! Prompts that were encoded already: the same words are encoded once.

use std::collections::HashMap;
use std::sync::Arc;

/// Prompts whose encodings are kept; a few MB each.
const KEPT: usize = 32;

/// Encoded prompts by their words.
pub struct Prompts<T>(HashMap<String, Arc<T>>);

impl<T> Default for Prompts<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T> Prompts<T> {
    /// What a prompt was encoded to, where it was.
    pub fn get(&self, prompt: &str) -> Option<Arc<T>> {
        self.0.get(prompt).cloned()
    }

    /// Keeps an encoding; when there are too many, all others go.
    pub fn keep(&mut self, prompt: &str, encoded: T) -> Arc<T> {
        if self.0.len() >= KEPT {
            self.0.clear();
        }
        let encoded = Arc::new(encoded);
        self.0.insert(prompt.into(), Arc::clone(&encoded));
        encoded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_known_again_and_room_is_bounded() {
        let mut prompts = Prompts::default();
        assert!(prompts.get("a").is_none());
        prompts.keep("a", 1);
        assert_eq!(prompts.get("a").as_deref(), Some(&1));
        (0..KEPT).for_each(|i| drop(prompts.keep(&i.to_string(), i)));
        assert!(prompts.get("a").is_none());
        assert_eq!(prompts.get("31").as_deref(), Some(&31));
    }
}
