//! The pictures of the template gallery. A thread drafts every template with the designer's photo and texts, at a small size.

use std::collections::HashMap;
use std::sync::Arc;

use egui::{ColorImage, Context, TextureHandle, TextureOptions};

use super::background::{Inbox, Worker};
use super::brand_kit::BrandKit;
use super::state::{Brief, Product};
use super::template_brief::{self, Filling};
use super::watch::FontSource;
use crate::assets::SAMPLE_PHOTO;
use crate::backend::draft::DraftBackend;
use crate::cancel::CancelToken;
use crate::engine::{decode_source, decode_source_file, open_request, parse_with_fonts};
use crate::imaging::resize::fit_within;
use crate::notice::Language;
use crate::pipeline::live::{LivePipeline, LiveRequest, reduced_photo};
use crate::request::fields::PRODUCT_IMAGE;
use crate::request::{Attachment, RawRequest, SourceImage};
use crate::templates::{Template, TemplateCatalogue, apply};
use crate::typography::FontCatalog;

/// Longest side of a picture in pixels.
const SIDE: usize = 384;

/// The inputs of the pictures. When they change, the pictures are drawn again.
#[derive(Clone, Debug, PartialEq)]
pub struct GalleryRequest {
    product: Option<Product>,
    filling: Filling,
    canvas: (u32, u32),
    /// Number of listed fonts: a font that was added may change how texts look.
    fonts: usize,
}

impl GalleryRequest {
    /// The request of a brief.
    pub fn of(brief: &Brief, templates: &TemplateCatalogue, language: Language, fonts: &FontCatalog, brand: Option<Arc<BrandKit>>) -> Self {
        let texts = template_brief::own_texts(brief, templates, brand.as_deref());
        Self {
            product: brief.product.clone(),
            filling: Filling { texts, language, brand },
            canvas: (brief.width, brief.height),
            fonts: fonts.names().len(),
        }
    }
}

/// A template's picture; `None` if it could not be made.
type Picture = Option<TextureHandle>;

#[derive(Default)]
struct Slot {
    wanted: Option<GalleryRequest>,
    /// Cancels the pictures that are being drawn.
    running: Option<CancelToken>,
    /// The request that `pictures` belong to.
    shown: Option<GalleryRequest>,
    pictures: HashMap<String, Picture>,
}

/// Handle to the thread that makes the pictures. Dropping it ends the thread.
pub struct Gallery(Worker<Slot>);

impl Gallery {
    /// Starts the thread, which waits for a request.
    pub fn start(ctx: Context, fonts: FontSource, templates: Arc<TemplateCatalogue>) -> Self {
        Self(Worker::start("nanococoa-gallery", Slot::default(), move |inbox| run(&inbox, &ctx, &fonts, &templates)))
    }

    /// Requests pictures, unless they are drawn already or being drawn. Called in every frame that shows them.
    pub fn request(&self, request: GalleryRequest) {
        let is_new = self.0.read(|slot| slot.shown.as_ref() != Some(&request) && slot.wanted.as_ref() != Some(&request));
        if is_new {
            self.0.tell(|slot| {
                slot.wanted = Some(request);
                if let Some(cancel) = slot.running.take() {
                    cancel.cancel();
                }
            });
        }
    }

    /// A template's picture of the newest request. The outer `None`: it is still being made.
    pub fn picture(&self, id: &str) -> Option<Picture> {
        self.0.read(|slot| slot.pictures.get(id).cloned())
    }

    /// Whether pictures are being made.
    pub fn is_busy(&self) -> bool {
        self.0.read(|slot| slot.wanted.is_some() || slot.running.is_some())
    }
}

impl Drop for Gallery {
    fn drop(&mut self) {
        self.0.tell(|slot| {
            slot.wanted = None;
            if let Some(cancel) = slot.running.take() {
                cancel.cancel();
            }
        });
    }
}

fn run(inbox: &Inbox<Slot>, ctx: &Context, fonts: &FontSource, templates: &TemplateCatalogue) {
    let mut painter = Painter::default();
    let take = |slot: &mut Slot| {
        let request = slot.wanted.take()?;
        let cancel = CancelToken::default();
        slot.running = Some(cancel.clone());
        slot.shown = Some(request.clone());
        slot.pictures.clear();
        Some((request, cancel))
    };
    while let Some(wanted) = inbox.wait(false, |slot| slot.wanted.is_some(), take) {
        let Some((request, cancel)) = wanted else { continue };
        for template in templates.templates() {
            if cancel.is_cancelled() {
                break;
            }
            // A panic in the pipeline must not end the thread; only this picture is missing.
            let made =
                std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| painter.paint(template, &request, &fonts.fonts(), &cancel)));
            let made = made.unwrap_or_else(|_| {
                painter = Painter::default();
                None
            });
            let made = made.map(|image| ctx.load_texture("template", image, TextureOptions::LINEAR));
            if !cancel.is_cancelled() {
                inbox.change(|slot| drop(slot.pictures.insert(template.id.clone(), made)));
                ctx.request_repaint();
            }
        }
        inbox.change(|slot| {
            if !cancel.is_cancelled() {
                slot.running = None;
            }
        });
        ctx.request_repaint();
    }
}

/// Draws templates, and keeps the cut-out of the photo.
#[derive(Default)]
struct Painter {
    backend: DraftBackend,
    pipeline: LivePipeline,
    photo: Option<(Option<String>, SourceImage)>,
}

impl Painter {
    fn paint(&mut self, template: &Template, request: &GalleryRequest, fonts: &FontCatalog, cancel: &CancelToken) -> Option<ColorImage> {
        let laid = template_brief::lay_out_for_brief(template, &request.filling, request.canvas, fonts).ok()?;
        let mut raw = RawRequest::default();
        apply(&mut raw, &laid);
        raw.attachments.insert(PRODUCT_IMAGE.name, Attachment::Image(self.photo(request.product.as_ref())?));
        let mut spec = parse_with_fonts(&open_request(raw), fonts, crate::assets::DEFAULT_FONT, 1, false).ok()?;
        let (width, height) = fit_within(spec.width as usize, spec.height as usize, SIDE);
        (spec.width, spec.height) = (width as u32, height as u32);
        let request = LiveRequest { spec: &spec, stale_headline: false };
        let made = self.pipeline.draft(request, &mut self.backend, fonts, cancel).ok()?;
        let picture = &made.picture;
        Some(ColorImage::from_rgb([picture.width() as usize, picture.height() as usize], picture.as_raw()))
    }

    /// The photo at the size of drafts; the sample where there is none.
    fn photo(&mut self, product: Option<&Product>) -> Option<SourceImage> {
        let hash = product.map(|product| product.hash.clone());
        if let Some((_, photo)) = self.photo.as_ref().filter(|(known, _)| *known == hash) {
            return Some(photo.clone());
        }
        let original = match product {
            Some(product) => SourceImage { hash: product.hash.clone(), ..decode_source_file(&product.path).ok()? },
            None => decode_source(SAMPLE_PHOTO).ok()?,
        };
        let photo = reduced_photo(&original);
        self.photo = Some((hash, photo.clone()));
        Some(photo)
    }
}
