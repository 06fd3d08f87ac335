//! SVG pictures: checked once, drawn at the size that is needed.

use std::sync::Arc;

use image::RgbaImage;
use resvg::usvg::{Group, ImageHrefResolver, Node, Options, Tree};
use tiny_skia::{Pixmap, Transform};

use super::svg_cost;
use crate::notice;
use crate::notice::Notice;
use crate::request::SourceImage;

/// Largest file, bytes.
pub const MAX_SVG_BYTES: u64 = 4 << 20;
/// Most elements; the largest logos and stickers have a few thousand.
const MAX_ELEMENTS: usize = 20_000;
/// Most groups that are rendered to a picture of their own: those with filters, masks, clipping or transparency.
const MAX_COSTLY: usize = 200;
/// Deepest nesting of such groups.
const MAX_COSTLY_DEPTH: usize = 6;
/// Stack of the thread that reads and draws: groups may be nested deeply.
const STACK: usize = 64 << 20;
/// Longest side of the raster that stands for the picture before it is drawn, pixels.
const PREVIEW: f32 = 512.0;
/// The root element must begin within this many bytes of the file.
const HEAD: usize = 64 << 10;

/// Whether the beginning of a file looks like an SVG.
pub fn is_svg(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(HEAD)];
    let begins = head.iter().find(|b| !b.is_ascii_whitespace() && !matches!(b, 0xEF | 0xBB | 0xBF));
    begins == Some(&b'<') && head.windows(4).any(|window| window == b"<svg")
}

/// Reads an SVG. The result contains its source and a small raster as a preview.
///
/// # Errors
/// The file is damaged, too large, or would take too long to draw.
pub fn decode_svg(bytes: &[u8]) -> Result<SourceImage, Notice> {
    if bytes.len() as u64 > MAX_SVG_BYTES {
        return Err(notice!("layers-svg-too-large", mebibytes = MAX_SVG_BYTES >> 20));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| notice!("layers-svg-not-utf8"))?;
    let text = text.trim_start_matches('\u{feff}');
    let ((w, h), small) = on_large_stack(|| preview(text)).unwrap_or_else(|| Err(invalid("damaged")))?;
    let pixels = small.pixels().iter().flat_map(|p| {
        let p = p.demultiply();
        [p.red(), p.green(), p.blue(), p.alpha()]
    });
    let pixels = RgbaImage::from_raw(small.width(), small.height(), pixels.collect()).unwrap_or_default();
    let mut source = SourceImage::new(pixels, format!("SVG {w}×{h}, {:.1} KiB", bytes.len() as f32 / 1024.0));
    // Different drawings may have the same preview.
    source.hash = blake3::hash(text.as_bytes()).to_hex().to_string();
    if text.contains("<text") {
        source.notes.push(notice!("layers-svg-text"));
    }
    if text.contains("<image") {
        source.notes.push(notice!("layers-svg-image"));
    }
    source.vector = Some(Arc::from(text));
    Ok(source)
}

/// Draws an SVG that [`decode_svg`] accepted at this size; `None` if that fails.
pub(super) fn raster(source: &str, width: u32, height: u32) -> Option<Pixmap> {
    on_large_stack(|| draw(&parse(source).ok()?, width, height)).flatten()
}

/// Runs a closure on a thread with a large stack; `None` if it panicked, which hostile files might cause in the library.
fn on_large_stack<T: Send>(run: impl FnOnce() -> T + Send) -> Option<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("nanococoa-svg".into()).stack_size(STACK).spawn_scoped(scope, run).ok()?;
        thread.join().ok()
    })
}

fn invalid(detail: &str) -> Notice {
    notice!("layers-svg-invalid", detail = detail.chars().take(200).collect::<String>())
}

fn parse(text: &str) -> Result<Tree, Notice> {
    // The default resolver would read files that the SVG names.
    let no_images = ImageHrefResolver { resolve_data: Box::new(|_, _, _| None), resolve_string: Box::new(|_, _| None) };
    let options = Options { image_href_resolver: no_images, ..Options::default() };
    Tree::from_str(text, &options).map_err(|e| invalid(&e.to_string()))
}

/// The size of an SVG in pixels, and its preview.
fn preview(text: &str) -> Result<((f32, f32), Pixmap), Notice> {
    let too_complex = || notice!("layers-svg-too-complex", most = MAX_ELEMENTS);
    if svg_cost::is_larger_than(text, MAX_ELEMENTS as u64) == Some(true) {
        return Err(too_complex());
    }
    let tree = parse(text)?;
    let mut count = Count::default();
    count.group(tree.root(), 0);
    if count.elements > MAX_ELEMENTS || count.costly > MAX_COSTLY || count.deepest > MAX_COSTLY_DEPTH {
        return Err(too_complex());
    }
    let (w, h) = (tree.size().width(), tree.size().height());
    let scale = PREVIEW / w.max(h);
    let side = |v: f32| ((v * scale).round() as u32).max(1);
    let small = draw(&tree, side(w), side(h)).ok_or_else(|| invalid("it has no size"))?;
    Ok(((w, h), small))
}

fn draw(tree: &Tree, width: u32, height: u32) -> Option<Pixmap> {
    let mut pixels = Pixmap::new(width, height)?;
    let scale = Transform::from_scale(width as f32 / tree.size().width(), height as f32 / tree.size().height());
    resvg::render(tree, scale, &mut pixels.as_mut());
    Some(pixels)
}

/// Number of elements and of groups that are costly to render.
#[derive(Default)]
struct Count {
    elements: usize,
    costly: usize,
    deepest: usize,
}

impl Count {
    /// Counts the contents of a group. `depth`: number of costly groups around it.
    fn group(&mut self, group: &Group, depth: usize) {
        let depth = if group.should_isolate() { depth + 1 } else { depth };
        if group.should_isolate() {
            self.costly += 1;
            self.deepest = self.deepest.max(depth);
        }
        for node in group.children() {
            self.elements += 1;
            if self.elements > MAX_ELEMENTS {
                return;
            }
            match node {
                Node::Group(group) => self.group(group, depth),
                // Patterns and masks have trees of their own.
                other => other.subroots(|root| self.group(root, depth)),
            }
        }
        let own = [group.clip_path().map(|c| c.root()), group.mask().map(|m| m.root())];
        own.into_iter().flatten().for_each(|root| self.group(root, depth));
    }
}
