//! Encoded prompts, kept while models come and go: loading a text encoder takes far longer than copying a few megabytes.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use parking_lot::Mutex;

/// Prompts per model family whose encodings are kept; a few megabytes each.
const CAPACITY: usize = 32;

/// Encoded prompts by model identity and prompt, shared by the models that are loaded one after another. When the cache is full, the
/// oldest entry leaves.
pub struct PromptCache<T>(Arc<Mutex<Entries<T>>>);

struct Entries<T> {
    encoded: HashMap<Key, Arc<T>>,
    /// Oldest first.
    order: VecDeque<Key>,
}

/// Model identity and prompt.
type Key = (String, String);

impl<T> Default for PromptCache<T> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Entries { encoded: HashMap::new(), order: VecDeque::new() })))
    }
}

impl<T> Clone for PromptCache<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> PromptCache<T> {
    /// The encoding of a prompt by a model; `None` if it is not in the cache.
    pub fn get(&self, model: &str, prompt: &str) -> Option<Arc<T>> {
        let entries = self.0.lock();
        entries.encoded.get(&(model.to_owned(), prompt.to_owned())).cloned()
    }

    /// Adds an encoding.
    pub fn insert(&self, model: &str, prompt: &str, encoded: T) -> Arc<T> {
        let mut entries = self.0.lock();
        let (key, encoded) = ((model.to_owned(), prompt.to_owned()), Arc::new(encoded));
        if entries.encoded.insert(key.clone(), Arc::clone(&encoded)).is_none() {
            entries.order.push_back(key);
        }
        while entries.order.len() > CAPACITY {
            let oldest = entries.order.pop_front();
            oldest.and_then(|key| entries.encoded.remove(&key));
        }
        encoded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_found_by_model_and_prompt_and_the_oldest_leaves() {
        let cache = PromptCache::default();
        assert!(cache.get("m", "a").is_none());
        cache.insert("m", "a", 1);
        assert_eq!(cache.clone().get("m", "a").as_deref(), Some(&1));
        assert!(cache.get("other", "a").is_none());
        (0..CAPACITY - 1).for_each(|i| drop(cache.insert("m", &i.to_string(), i)));
        assert!(cache.get("m", "a").is_some());
        cache.insert("m", "one more", 0);
        assert!(cache.get("m", "a").is_none());
        assert_eq!(cache.get("m", "0").as_deref(), Some(&0));
    }
}
