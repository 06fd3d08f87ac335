//! Pictures on the graphics card: decoded and drawn on worker threads, uploaded once, the least recently shown forgotten first.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, mpsc};

use egui::{ColorImage, Context, TextureHandle, TextureId, TextureOptions, Vec2};

use uuid::Uuid;

use super::watch::Watch;
use crate::job::Preview;

/// Bytes of texture that are kept.
const BUDGET: usize = 64 << 20;
/// Threads that decode.
const WORKERS: usize = 2;

/// What is shown.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// A picture file, at most this many pixels a side.
    File(PathBuf, u32),
    /// A line of text in a face of the catalog.
    Sample {
        /// The face.
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
    /// For the painter.
    pub id: TextureId,
    /// In pixels.
    pub size: Vec2,
}

type Slot = (Entry, u64);
type Live = (usize, TextureHandle);

/// The store.
pub struct Textures {
    ctx: Context,
    orders: mpsc::Sender<Key>,
    results: mpsc::Receiver<(Key, Option<ColorImage>)>,
    entries: HashMap<Key, Slot>,
    live: HashMap<&'static str, Live>,
    preview: Option<((Uuid, u64), TextureHandle)>,
    clock: u64,
}

impl Textures {
    /// Starts the workers.
    pub fn new(ctx: Context, watch: &Watch) -> Self {
        let (orders, receiver) = mpsc::channel::<Key>();
        let receiver = Arc::new(Mutex::new(receiver));
        let (sender, results) = mpsc::channel();
        for _ in 0..WORKERS {
            let (receiver, sender, ctx, watch) = (Arc::clone(&receiver), sender.clone(), ctx.clone(), watch.clone());
            super::bridge::spawn("nanococoa-pictures", move || {
                loop {
                    let order = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok(key) = order else { return };
                    let image = super::images::make(&key, &watch.fonts());
                    if sender.send((key, image)).is_err() {
                        return;
                    }
                    ctx.request_repaint();
                }
            });
        }
        Self { ctx, orders, results, entries: HashMap::new(), live: HashMap::new(), preview: None, clock: 0 }
    }

    /// Takes in what the workers finished. Once a frame.
    pub fn drain(&mut self) {
        self.clock += 1;
        while let Ok((key, image)) = self.results.try_recv() {
            let entry = image.map_or(Entry::Failed, |image| {
                let options = if matches!(key, Key::File(..)) { mipmapped() } else { TextureOptions::LINEAR };
                Entry::Ready(self.ctx.load_texture("picture", image, options))
            });
            self.entries.insert(key, (entry, self.clock));
        }
        self.forget();
    }

    fn forget(&mut self) {
        let bytes = |e: &Entry| if let Entry::Ready(t) = e { t.byte_size() } else { 0 };
        let mut total: usize = self.entries.values().map(|e| bytes(&e.0)).sum();
        while total > BUDGET {
            let oldest = self.entries.iter().filter(|(_, e)| e.1 + 1 < self.clock && bytes(&e.0) > 0).min_by_key(|(_, e)| e.1);
            let Some((key, size)) = oldest.map(|(k, e)| (k.clone(), bytes(&e.0))) else { return };
            self.entries.remove(&key);
            total -= size;
        }
    }

    /// Whether a picture is on its way.
    pub fn is_loading(&self) -> bool {
        self.entries.values().any(|e| matches!(e.0, Entry::Loading))
    }

    /// The picture, if it is there; otherwise it is ordered.
    pub fn get(&mut self, key: Key) -> Option<Shown> {
        let clock = self.clock;
        if let Some((entry, used)) = self.entries.get_mut(&key) {
            *used = clock;
            return if let Entry::Ready(t) = entry { Some(shown(t)) } else { None };
        }
        self.entries.insert(key.clone(), (Entry::Loading, clock));
        let _ = self.orders.send(key);
        None
    }

    /// Whether the picture was ordered and cannot be shown.
    pub fn is_damaged(&self, key: &Key) -> bool {
        self.entries.get(key).is_some_and(|e| matches!(e.0, Entry::Failed))
    }

    /// A picture that is in memory already; uploaded again only when it is another one.
    pub fn live(&mut self, slot: &'static str, image: &Arc<ColorImage>) -> Shown {
        let mark = Arc::as_ptr(image) as usize;
        match self.live.get_mut(slot) {
            Some((known, texture)) if *known == mark => shown(texture),
            Some((known, texture)) => {
                *known = mark;
                texture.set(Arc::clone(image), TextureOptions::LINEAR);
                shown(texture)
            }
            None => {
                let texture = self.ctx.load_texture(slot, Arc::clone(image), TextureOptions::LINEAR);
                let now = shown(&texture);
                self.live.insert(slot, (mark, texture));
                now
            }
        }
    }

    /// The newest preview of a running job.
    pub fn preview(&mut self, id: Uuid, preview: &Preview) -> Shown {
        let mark = (id, preview.sequence);
        if let Some((known, texture)) = &self.preview
            && *known == mark
        {
            return shown(texture);
        }
        let image = &preview.image;
        let image = ColorImage::from_rgb([image.width() as usize, image.height() as usize], image.as_raw());
        let texture = self.ctx.load_texture("preview", image, TextureOptions::LINEAR);
        let now = shown(&texture);
        self.preview = Some((mark, texture));
        now
    }
}

fn mipmapped() -> TextureOptions {
    TextureOptions { mipmap_mode: Some(egui::TextureFilter::Linear), ..TextureOptions::LINEAR }
}

fn shown(texture: &TextureHandle) -> Shown {
    Shown { id: texture.id(), size: texture.size_vec2() }
}
