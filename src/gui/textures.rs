//! An LRU cache of textures. Pictures are decoded or drawn on worker threads and uploaded once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use egui::{ColorImage, Context, TextureHandle, TextureId, TextureOptions, Vec2};
use parking_lot::Mutex;
use uuid::Uuid;

use super::background::{Mailbox, spawn};
use super::watch::FontSource;
use crate::job::Preview;

/// Most bytes of texture in the cache.
const BUDGET: usize = 64 << 20;
/// Longest side of a picture that is uploaded, in pixels: every supported graphics card allows this size, and few screens show more.
pub const MAX_TEXTURE_SIDE: u32 = 2048;
/// Number of decoding threads.
const WORKERS: usize = 2;

/// Identifies a picture.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// A picture file, scaled down to at most this many pixels per side.
    File(PathBuf, u32),
    /// A line of text in a font of the catalog.
    FontSample {
        /// The font.
        font: String,
        /// The text.
        text: String,
    },
}

enum Entry {
    Loading,
    Ready(TextureHandle),
    Failed,
}

/// A texture and its size in pixels.
#[derive(Clone, Copy, Debug)]
pub struct Shown {
    /// ID for the painter.
    pub id: TextureId,
    /// Size in pixels.
    pub size: Vec2,
}

/// A decoded picture, or nothing if it cannot be shown.
type Decoded = (Key, Option<ColorImage>);

/// The texture cache.
pub struct Textures {
    ctx: Context,
    results: mpsc::Receiver<Decoded>,
    cache: RefCell<Cache>,
    workers: Workers,
}

#[derive(Default)]
struct Cache {
    /// Each entry with the frame in which it was last shown.
    entries: HashMap<Key, (Entry, u64)>,
    /// Pictures from memory by their slot, with the address of the picture that was uploaded.
    live: HashMap<&'static str, (usize, TextureHandle)>,
    preview: Option<((Uuid, u64), TextureHandle)>,
    frame: u64,
}

/// The decoding threads; they end when their channel is closed.
struct Workers {
    requests: Option<mpsc::Sender<Key>>,
    threads: Vec<JoinHandle<()>>,
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.requests = None;
        super::background::join_all(self.threads.drain(..));
    }
}

impl Textures {
    /// Starts the workers.
    pub fn new(ctx: &Context, fonts: &FontSource) -> Self {
        let (requests, receiver) = mpsc::channel::<Key>();
        let receiver = Arc::new(Mutex::new(receiver));
        let (mailbox, results) = Mailbox::new(ctx);
        let start = |_| {
            let (receiver, mailbox, fonts) = (Arc::clone(&receiver), mailbox.clone(), fonts.clone());
            spawn("nanococoa-pictures", move || decode(&receiver, &mailbox, &fonts))
        };
        let threads = (0..WORKERS).filter_map(start).collect();
        Self { ctx: ctx.clone(), results, cache: RefCell::default(), workers: Workers { requests: Some(requests), threads } }
    }

    /// Uploads the pictures that the workers have finished. Called once per frame.
    pub fn drain(&self) {
        let mut cache = self.cache.borrow_mut();
        cache.frame += 1;
        while let Ok((key, image)) = self.results.try_recv() {
            let entry = image.map_or(Entry::Failed, |image| {
                let options = if matches!(key, Key::File(..)) { mipmapped() } else { TextureOptions::LINEAR };
                Entry::Ready(self.ctx.load_texture("picture", image, options))
            });
            let frame = cache.frame;
            cache.entries.insert(key, (entry, frame));
        }
        cache.evict();
    }

    /// Whether a picture is being decoded.
    pub fn is_loading(&self) -> bool {
        self.cache.borrow().entries.values().any(|e| matches!(e.0, Entry::Loading))
    }

    /// The picture if it is ready; otherwise it is requested.
    pub fn get(&self, key: Key) -> Option<Shown> {
        let mut cache = self.cache.borrow_mut();
        let frame = cache.frame;
        if let Some((entry, used)) = cache.entries.get_mut(&key) {
            *used = frame;
            return if let Entry::Ready(t) = entry { Some(shown(t)) } else { None };
        }
        cache.entries.insert(key.clone(), (Entry::Loading, frame));
        if let Some(requests) = &self.workers.requests {
            let _ = requests.send(key);
        }
        None
    }

    /// Whether the picture was requested and cannot be decoded.
    pub fn is_damaged(&self, key: &Key) -> bool {
        self.cache.borrow().entries.get(key).is_some_and(|e| matches!(e.0, Entry::Failed))
    }

    /// A picture from memory. Uploads it only if the slot holds another one.
    pub fn live(&self, slot: &'static str, image: &Arc<ColorImage>) -> Shown {
        let mark = Arc::as_ptr(image) as usize;
        let mut cache = self.cache.borrow_mut();
        match cache.live.get_mut(slot) {
            Some((known, texture)) if *known == mark => shown(texture),
            Some((known, texture)) => {
                *known = mark;
                texture.set(Arc::clone(image), TextureOptions::LINEAR);
                shown(texture)
            }
            None => {
                let texture = self.ctx.load_texture(slot, Arc::clone(image), TextureOptions::LINEAR);
                let now = shown(&texture);
                cache.live.insert(slot, (mark, texture));
                now
            }
        }
    }

    /// The newest preview of a running job.
    pub fn preview(&self, id: Uuid, preview: &Preview) -> Shown {
        let mark = (id, preview.sequence);
        let mut cache = self.cache.borrow_mut();
        if let Some((known, texture)) = &cache.preview
            && *known == mark
        {
            return shown(texture);
        }
        let image = &preview.image;
        let image = ColorImage::from_rgb([image.width() as usize, image.height() as usize], image.as_raw());
        let texture = self.ctx.load_texture("preview", image, TextureOptions::LINEAR);
        let now = shown(&texture);
        cache.preview = Some((mark, texture));
        now
    }
}

impl Cache {
    /// Drops the least recently shown pictures until the rest fits the budget.
    fn evict(&mut self) {
        let bytes = |e: &Entry| if let Entry::Ready(t) = e { t.byte_size() } else { 0 };
        let mut total: usize = self.entries.values().map(|e| bytes(&e.0)).sum();
        while total > BUDGET {
            let oldest = self.entries.iter().filter(|(_, e)| e.1 + 1 < self.frame && bytes(&e.0) > 0).min_by_key(|(_, e)| e.1);
            let Some((key, size)) = oldest.map(|(k, e)| (k.clone(), bytes(&e.0))) else { return };
            self.entries.remove(&key);
            total -= size;
        }
    }
}

fn decode(requests: &Mutex<mpsc::Receiver<Key>>, mailbox: &Mailbox<Decoded>, fonts: &FontSource) {
    loop {
        let request = requests.lock().recv();
        let Ok(key) = request else { return };
        let image = match &key {
            Key::File(path, side) => super::images::read(path, *side),
            Key::FontSample { font, text } => fonts.fonts().entry(font).and_then(|entry| super::images::sample(entry, text)),
        };
        if !mailbox.send((key, image)) {
            return;
        }
    }
}

fn mipmapped() -> TextureOptions {
    TextureOptions { mipmap_mode: Some(egui::TextureFilter::Linear), ..TextureOptions::LINEAR }
}

fn shown(texture: &TextureHandle) -> Shown {
    Shown { id: texture.id(), size: texture.size_vec2() }
}
