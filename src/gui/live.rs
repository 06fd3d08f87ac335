//! The live draft: a thread that drafts the brief after every edit with the pipeline, at reduced size.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use egui::{ColorImage, Context, Rect, pos2};
use image::{GrayImage, RgbImage, RgbaImage};

use super::background::{Inbox, Worker};
use super::layer_boxes::TextBox;
use super::state::{Brief, Product};
use super::watch::FontSource;
use crate::backend::draft::DraftBackend;
use crate::cancel::CancelToken;
use crate::imaging::Matte;
use crate::notice;
use crate::notice::Notice;
use crate::pipeline::layout::Bounds;
use crate::pipeline::live::{self, Cutout, LiveDraft, LivePipeline, LiveRequest, TextExtent};
use crate::request::layers::MAX_LAYERS;
use crate::request::{KnownImage, ProductEdit, SourceImage, Start};
use crate::typography::FontCatalog;

/// Most pictures of layers and backgrounds that are kept at the size of live drafts: those of one brief.
const MAX_PICTURES: usize = MAX_LAYERS + 1;

/// Where product and letters stand, as fractions of the canvas.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Boxes {
    /// The product, shadow not included.
    pub product: Option<Rect>,
    /// The letters' ink, bevels included.
    pub text: Option<Rect>,
    /// Centre of the letters at position `auto`.
    pub auto_y: f32,
    /// Foot of the product where `product_y` is absent.
    pub ground: f32,
    /// The product within its cut-out, as fractions of the cut-out; `None` if it was turned, mirrored or cropped.
    pub cut: Option<Rect>,
}

/// A finished draft.
#[derive(Clone)]
pub struct Draft {
    /// Number of the draft, higher than that of every draft before.
    pub sequence: u64,
    /// The brief that it shows.
    pub brief: Brief,
    /// The product without its background; has alpha.
    pub cutout: Option<Arc<ColorImage>>,
    /// The mask that the brush begins with.
    pub auto_mask: Option<Arc<GrayImage>>,
    /// Where product and letters stand.
    pub boxes: Boxes,
    /// How far the text layers reach.
    pub texts: Arc<[TextBox]>,
    /// The result of step 1; has alpha if the brief wants no background.
    pub background: Arc<ColorImage>,
    /// The result of step 2; has alpha. `None` without text.
    pub letters: Option<Arc<ColorImage>>,
    /// The advertisement; has alpha if the brief wants no background.
    pub picture: Arc<ColorImage>,
    /// The pipeline's warnings.
    pub notices: Vec<Notice>,
    /// Milliseconds from the edit to this picture.
    pub millis: f64,
}

/// The state of the drafts, for the window.
#[derive(Default)]
pub struct Shown {
    /// The newest draft.
    pub draft: Option<Draft>,
    /// Why the newest brief could not be drafted.
    pub error: Option<Notice>,
    /// A draft is being made.
    pub busy: bool,
    /// The newest cut-out with the hash of its photo; also set while other fields of the brief have errors.
    pub cut: Option<(String, Arc<ColorImage>)>,
}

/// A request for a draft.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftRequest {
    /// The brief to draft.
    pub brief: Brief,
    /// Set during a drag: the headline may mirror an older background.
    pub dragging: bool,
    /// A mask that the brief's backend has made of this photo in an earlier job. Without one, the draft backend segments the photo.
    pub known_mask: Option<PathBuf>,
}

impl DraftRequest {
    /// Whether the result of this request is useless once `newer` has arrived.
    ///
    /// Only a draft of another photo is: its first stages, decoding and cut-out, are the slow ones, and no later draft reuses them. A draft of
    /// the same photo is finished, for otherwise every keystroke would cancel the draft of the one before and nothing would be seen while
    /// somebody types. Photos are not changed that quickly.
    fn is_outdated_by(&self, newer: &Self) -> bool {
        let photo = |request: &Self| request.brief.product.as_ref().map(|product| product.hash.clone());
        !newer.dragging && photo(self).is_some() && photo(self) != photo(newer)
    }
}

#[derive(Default)]
struct Slot {
    wanted: Option<(DraftRequest, Instant)>,
    /// The draft that is being made, and the token that cancels it.
    running: Option<(DraftRequest, CancelToken)>,
    shown: Shown,
}

/// Handle to the thread that makes the drafts. Dropping it cancels the running draft and ends the thread.
pub struct Live(Worker<Slot>);

impl Live {
    /// Starts the thread.
    pub fn start(ctx: Context, fonts: FontSource) -> Self {
        Self(Worker::start("nanococoa-draft", Slot::default(), move |inbox| run(&inbox, &ctx, &fonts)))
    }

    /// Requests a draft. Replaces an older request that has not been started, and cancels a running draft of another photo.
    pub fn request(&self, request: DraftRequest) {
        self.0.tell(|slot| {
            if let Some((running, cancel)) = &slot.running
                && running.is_outdated_by(&request)
            {
                cancel.cancel();
            }
            slot.wanted = Some((request, Instant::now()));
        });
    }

    /// Reads the state.
    pub fn with<R>(&self, look: impl FnOnce(&Shown) -> R) -> R {
        self.0.read(|slot| look(&slot.shown))
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        // Without a request the thread starts no draft between this and the end of its inbox.
        self.0.tell(|slot| {
            slot.wanted = None;
            if let Some((_, cancel)) = &slot.running {
                cancel.cancel();
            }
        });
    }
}

fn run(inbox: &Inbox<Slot>, ctx: &Context, fonts: &FontSource) {
    let mut maker = DraftMaker::default();
    let mut sequence = 0;
    let take = |slot: &mut Slot| {
        let (request, since) = slot.wanted.take()?;
        let cancel = CancelToken::default();
        slot.shown.busy = true;
        slot.running = Some((request.clone(), cancel.clone()));
        Some((request, since, cancel))
    };
    while let Some(wanted) = inbox.wait(false, |slot| slot.wanted.is_some(), take) {
        let Some((request, since, cancel)) = wanted else { continue };
        ctx.request_repaint();
        // A panic in the pipeline must not close the window; only this draft fails.
        let made = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| maker.make(&request, &fonts.fonts(), &cancel)));
        let made = made.unwrap_or_else(|_| {
            maker = DraftMaker::default();
            Err(notice!("pipeline-draft-panicked"))
        });
        inbox.change(|slot| {
            slot.running = None;
            slot.shown.cut.clone_from(&maker.cut);
            match made {
                // Neither a draft nor an error: a newer request follows, or nobody looks any more.
                _ if cancel.is_cancelled() => {}
                Ok(mut draft) => {
                    sequence += 1;
                    draft.sequence = sequence;
                    draft.millis = since.elapsed().as_secs_f64() * 1000.0;
                    tracing::debug!(millis = draft.millis, "draft");
                    slot.shown.draft = Some(draft);
                    slot.shown.error = None;
                }
                Err(notice) => slot.shown.error = Some(notice),
            }
            slot.shown.busy = slot.wanted.is_some();
        });
        ctx.request_repaint();
    }
}

/// Caches the conversion of a picture for the window while its source is the same `Arc`, so that unchanged textures are not uploaded again.
struct Converted<T>(Option<(Arc<T>, Arc<ColorImage>)>);

impl<T> Default for Converted<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Converted<T> {
    fn get(&mut self, source: &Arc<T>, convert: impl FnOnce(&T) -> ColorImage) -> Arc<ColorImage> {
        match &self.0 {
            Some((kept, image)) if Arc::ptr_eq(kept, source) => Arc::clone(image),
            _ => {
                let image = Arc::new(convert(source));
                self.0 = Some((Arc::clone(source), Arc::clone(&image)));
                image
            }
        }
    }
}

/// A mask file, in the forms that the pipeline and the brush need.
#[derive(Clone)]
struct MaskFile {
    path: PathBuf,
    image: SourceImage,
    editable: Arc<GrayImage>,
}

/// Makes drafts: reads the pictures of a brief, runs the pipeline and converts its results for the window.
#[derive(Default)]
struct DraftMaker {
    backend: DraftBackend,
    pipeline: LivePipeline,
    photo: Option<SourceImage>,
    mask: Option<MaskFile>,
    /// Pictures of layers and backgrounds, oldest first.
    pictures: Vec<SourceImage>,
    cutouts: Converted<Matte>,
    backgrounds: Converted<RgbImage>,
    headlines: Converted<RgbaImage>,
    cut: Option<(String, Arc<ColorImage>)>,
}

impl DraftMaker {
    fn make(&mut self, request: &DraftRequest, fonts: &FontCatalog, cancel: &CancelToken) -> Result<Draft, Notice> {
        // Without texts that are still empty.
        let drawable = request.brief.drawable();
        let brief = &*drawable;
        let mask = self.mask(request)?;
        let product = match &brief.product {
            Some(product) => Some(self.photo(product, mask.is_some())?),
            None => None,
        };
        let mask_image = mask.as_ref().map(|mask| mask.image.clone());
        let spec = match super::spec::of(brief, fonts) {
            Ok(spec) => {
                let start = |start: Start<KnownImage>| Start::Background { product, mask: mask_image, text: start.into_text() };
                spec.with_start(start, |layer, known| self.picture(brief, layer, &known))?
            }
            Err(errors) => {
                // The panel shows the cut-out while other fields have errors.
                if let Some(product) = &product {
                    let cutout = self.pipeline.cut_out(product, mask_image.as_ref(), &mut self.backend, cancel);
                    self.show_cutout(brief, cutout.map_err(|e| e.notice())?.as_ref());
                }
                return Err(errors);
            }
        };
        let spec = live::reduced(spec);
        let live_request = LiveRequest { spec: &spec, stale_headline: request.dragging };
        let made = self.pipeline.draft(live_request, &mut self.backend, fonts, cancel).map_err(|e| e.notice())?;
        let background = match &made.clear_background {
            Some(clear) => Arc::new(transparent(clear)),
            None => self.backgrounds.get(&made.background, opaque),
        };
        let picture = match &made.clear_picture {
            Some(clear) => Arc::new(transparent(clear)),
            // Without text the result of step 1 is the advertisement.
            None if Arc::ptr_eq(&made.picture, &made.background) => Arc::clone(&background),
            None => Arc::new(opaque(&made.picture)),
        };
        Ok(Draft {
            sequence: 0,
            brief: request.brief.clone(),
            cutout: self.show_cutout(brief, made.cutout.as_ref()),
            auto_mask: mask.map(|mask| mask.editable).or_else(|| made.cutout.as_ref().map(|cutout| Arc::clone(&cutout.mask))),
            boxes: boxes(&made, &spec.product, (spec.width as usize, spec.height as usize)),
            texts: text_boxes(&made, &request.brief),
            background,
            letters: made.headline.as_ref().map(|image| self.headlines.get(image, transparent)),
            picture,
            notices: made.notices,
            millis: 0.0,
        })
    }

    fn show_cutout(&mut self, brief: &Brief, cutout: Option<&Cutout>) -> Option<Arc<ColorImage>> {
        let shown = self.cutouts.get(&cutout?.matte, cutout_image);
        self.cut = brief.product.as_ref().map(|product| (product.hash.clone(), Arc::clone(&shown)));
        Some(shown)
    }

    /// A picture of a layer, or, without a layer, the own background; at the size of live drafts.
    fn picture(&mut self, brief: &Brief, layer: Option<usize>, known: &KnownImage) -> Result<SourceImage, Notice> {
        if let Some(kept) = self.pictures.iter().find(|kept| kept.hash == known.hash) {
            return Ok(kept.clone());
        }
        let Some(file) = layer.map_or(brief.backdrop.as_ref(), |layer| brief.layer_pictures.get(&layer)) else {
            return Err(notice!("pipeline-no-picture"));
        };
        let gone = |e: std::io::Error| notice!("error-photo-gone", photo = &file.name, detail = e.to_string());
        let image = live::reduced_photo(&crate::engine::decode_layer_source(&std::fs::read(&file.path).map_err(gone)?)?);
        self.pictures.push(image.clone());
        if self.pictures.len() > MAX_PICTURES {
            self.pictures.remove(0);
        }
        Ok(image)
    }

    /// The corrected mask of the brief, else [`DraftRequest::known_mask`].
    fn mask(&mut self, request: &DraftRequest) -> Result<Option<MaskFile>, Notice> {
        if request.brief.product.is_none() {
            return Ok(None);
        }
        let (path, hash) = match (&request.brief.mask, &request.known_mask) {
            (Some(mask), _) => (&mask.path, mask.hash.clone()),
            // Files of jobs never change, so the path identifies the content.
            (None, Some(path)) => (path, path.display().to_string()),
            (None, None) => return Ok(None),
        };
        if self.mask.as_ref().is_none_or(|kept| kept.path != *path || kept.image.hash != hash) {
            match read_mask(path, hash) {
                Ok(mask) => self.mask = Some(mask),
                // The job may have been deleted since.
                Err(_) if request.brief.mask.is_none() => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        Ok(self.mask.clone())
    }

    /// The photo. The original is needed only for the backend's cut-out; if there is a mask or a cached cut-out, the reduced photo is enough.
    fn photo(&mut self, product: &Product, masked: bool) -> Result<SourceImage, Notice> {
        if let Some(photo) = self.photo.as_ref().filter(|photo| photo.hash == product.hash)
            && (masked || self.pipeline.has_cutout(photo, None, &self.backend))
        {
            return Ok(photo.clone());
        }
        let original = SourceImage { hash: product.hash.clone(), ..crate::engine::decode_source_file(&product.path)? };
        let small = live::reduced_photo(&original);
        self.photo = Some(small.clone());
        Ok(if masked { small } else { original })
    }
}

fn read_mask(path: &Path, hash: String) -> Result<MaskFile, Notice> {
    let image = SourceImage { hash, ..crate::engine::decode_source_file(path)? };
    let editable = Arc::new(live::reduced_mask(&live::mask_plane(&image)));
    Ok(MaskFile { path: path.to_owned(), image, editable })
}

/// The pipeline's layout as fractions of the canvas.
fn boxes(made: &LiveDraft, edit: &ProductEdit, canvas: (usize, usize)) -> Boxes {
    let (layout, height) = (made.layout, canvas.1.max(1) as f32);
    // A product of another shape is not a part of its cut-out.
    let cut = made
        .cutout
        .as_ref()
        .filter(|_| edit.keeps_shape())
        .and_then(|c| Some(share(c.bounds?, (c.matte.alpha.width, c.matte.alpha.height))));
    Boxes {
        product: layout.product.map(|product| share(product.bounds, canvas)),
        text: layout.text.map(|text| share(text.ink, canvas)),
        auto_y: layout.automatic_text_row.map_or(0.5, |row| row / height),
        ground: layout.product.map_or(1.0, |product| product.automatic_foot / height),
        cut,
    }
}

/// The boxes of the text layers, by their place in `brief`, of which only the layers that can be drawn were drafted.
fn text_boxes(made: &LiveDraft, brief: &Brief) -> Arc<[TextBox]> {
    let drawn = brief.drawable_layers();
    let text_box = |found: &TextExtent| {
        let [left, top, right, bottom] = found.edges;
        Some(TextBox { layer: *drawn.get(found.layer)?, extent: Rect::from_min_max(pos2(left, top), pos2(right, bottom)) })
    };
    made.texts.iter().filter_map(text_box).collect()
}

fn share((x0, y0, x1, y1): Bounds, (w, h): (usize, usize)) -> Rect {
    let at = |x: usize, y: usize| pos2(x as f32 / w.max(1) as f32, y as f32 / h.max(1) as f32);
    Rect::from_min_max(at(x0, y0), at(x1, y1))
}

fn opaque(image: &RgbImage) -> ColorImage {
    ColorImage::from_rgb([image.width() as usize, image.height() as usize], image.as_raw())
}

fn transparent(image: &RgbaImage) -> ColorImage {
    ColorImage::from_rgba_unmultiplied([image.width() as usize, image.height() as usize], image.as_raw())
}

fn cutout_image(matte: &Matte) -> ColorImage {
    let alpha = matte.alpha.data.iter().map(|a| (a.clamp(0.0, 1.0) * 255.0 + 0.5) as u8);
    let rgba: Vec<u8> = matte.foreground.pixels().zip(alpha).flat_map(|(p, a)| [p.0[0], p.0[1], p.0[2], a]).collect();
    ColorImage::from_rgba_unmultiplied([matte.alpha.width, matte.alpha.height], &rgba)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::Plane;

    fn request(brief: Brief) -> DraftRequest {
        DraftRequest { brief, dragging: false, known_mask: None }
    }

    fn of_photo(hash: &str) -> Brief {
        let product =
            Product { path: "photo.png".into(), name: "photo.png".into(), hash: hash.into(), width: 8, height: 8, has_alpha: false };
        Brief { product: Some(product), ..Brief::default() }
    }

    #[test]
    fn only_another_photo_cancels_a_draft() {
        let running = request(of_photo("a"));
        assert!(running.is_outdated_by(&request(of_photo("b"))));
        assert!(running.is_outdated_by(&request(Brief::default())));
        assert!(!running.is_outdated_by(&request(Brief { text: "신".into(), width: 640, ..of_photo("a") })));
        assert!(!running.is_outdated_by(&DraftRequest { dragging: true, ..request(of_photo("b")) }));
        assert!(!request(Brief::default()).is_outdated_by(&running));
    }

    #[test]
    fn dropping_the_owner_cancels_the_running_draft_and_ends_the_thread() {
        let fonts = FontCatalog::load(&[]);
        let brief = Brief { text: "신메뉴 출시".into(), scene: "wooden table".into(), ..Brief::default() };
        let cancelled = CancelToken::default();
        cancelled.cancel();
        assert!(DraftMaker::default().make(&request(brief.clone()), &fonts, &cancelled).is_err(), "the token is not used");

        let live = Live::start(Context::default(), FontSource::of(fonts));
        live.request(request(brief));
        let begin = Instant::now();
        let cancel = loop {
            if let Some((_, cancel)) = live.0.read(|slot| slot.running.clone()) {
                break cancel;
            }
            assert!(begin.elapsed().as_secs() < 60, "no draft begins");
            std::thread::yield_now();
        };
        let begin = Instant::now();
        drop(live);
        assert!(cancel.is_cancelled());
        assert!(begin.elapsed().as_millis() < 1500, "the thread ran on for {:?}", begin.elapsed());
    }

    #[test]
    fn masks_are_read_as_the_pipeline_reads_them() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("mask.png");
        let gray = GrayImage::from_fn(256, 2, |x, _| image::Luma([x as u8]));
        std::fs::write(&path, crate::imaging::encode::encode_png(&gray, &[]).unwrap()).unwrap();
        let mask = read_mask(&path, "given".into()).unwrap();
        assert_eq!((mask.image.hash.as_str(), &*mask.editable), ("given", &gray));
        // The pipeline takes the alpha of a mask that has one.
        RgbaImage::from_fn(256, 2, |x, _| image::Rgba([255, 255, 255, x as u8])).save(&path).unwrap();
        assert_eq!(*read_mask(&path, String::new()).unwrap().editable, gray);
    }

    #[test]
    fn an_edit_of_the_text_keeps_the_background() {
        let fonts = FontCatalog::load(&[]);
        let brief = Brief { text: "신메뉴".into(), scene: "wooden table".into(), ..Brief::default() };
        let (mut maker, cancel) = (DraftMaker::default(), CancelToken::default());
        let first = maker.make(&request(brief.clone()), &fonts, &cancel).unwrap();
        let second = maker.make(&request(Brief { text: "신메뉴 출시".into(), ..brief }), &fonts, &cancel).unwrap();
        assert!(Arc::ptr_eq(&first.background, &second.background), "the background was painted again");
        assert_ne!(first.picture.pixels, second.picture.pixels);
        assert_eq!(first.picture.size, [live::SIDE; 2]);
    }

    #[test]
    fn pictures_keep_their_colours_in_the_window() {
        let white = RgbImage::from_pixel(1, 1, image::Rgb([255; 3]));
        assert_eq!(opaque(&white).pixels, [egui::Color32::WHITE]);
        let matte = Matte { alpha: Plane::new(1, 1, 0.0), foreground: white };
        assert_eq!(cutout_image(&matte).pixels, [egui::Color32::TRANSPARENT]);
    }
}
