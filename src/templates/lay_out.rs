//! Lays a template out on a canvas.

use std::collections::BTreeMap;

use image::RgbImage;
use serde_json::{Map, Value, json};

use super::brand::Brand;
use super::color::{LEAST_CONTRAST, contrast, hex, parsed};
use super::geometry::{Frame, Margins, Regions};
use super::measure::{Paragraph, Part, price_parts};
use super::shapes::{Cover, PlacedShape, decimal, painted, share};
use super::spec::{Badge, CanvasShape, FontRole, HEADLINE, Item, Level, Place, Shape, SlotKind, Template};
use super::stack::{Content, Entry, Fit, Placed, Stacker};
use crate::notice;
use crate::notice::{Language, Notice};
use crate::request::SourceImage;
use crate::request::layers::{Align, Color, MAX_LAYER_TEXT, ShapeKind};
use crate::typography::FontCatalog;

/// Size of the small parts of a price as a multiple of the number's.
const SMALL_PART: f32 = 0.58;
/// A badge on a banner is larger by this factor, and one whose type would be smaller than this share of the smallest type is left out.
const BADGE_ON_BANNERS: f32 = 1.5;
const SMALL_IN_BADGE: f32 = 0.6;
/// Room for text within a badge, fraction of its side.
const BADGE_TEXT: (f32, f32) = (0.70, 0.56);
const CIRCLE_OF_TEXT: f32 = 0.84;

/// The input of a template: texts, logo, brand and canvas.
#[derive(Clone, Copy)]
pub struct TemplateInput<'a> {
    /// The language of default texts.
    pub language: Language,
    /// Texts by slot; an empty one leaves the slot out.
    pub texts: &'a BTreeMap<String, String>,
    /// The logo.
    pub logo: Option<&'a SourceImage>,
    /// Colours, faces, logo and texts of a brand.
    pub brand: Option<&'a Brand>,
    /// Sides of the canvas, pixels.
    pub canvas: (u32, u32),
    /// Margins that texts must leave free.
    pub margins: Margins,
    /// Smallest legible type, in pixels of the canvas, at the size at which the advertisement is shown.
    pub least_type: f32,
    /// The fonts.
    pub fonts: &'a FontCatalog,
}

/// A flat text in its place.
#[derive(Clone, Debug, PartialEq)]
pub struct PlacedText {
    /// Its slot.
    pub slot: String,
    /// Its box in pixels.
    pub frame: Frame,
    /// Its colour.
    pub color: Color,
    /// Lowest contrast ratio with the colours behind it; `None` over a scene.
    pub contrast: Option<f32>,
}

/// A template laid out on a canvas, as parts of a request.
#[derive(Clone, Debug, Default)]
pub struct LaidOut {
    /// Fields by name.
    pub fields: Map<String, Value>,
    /// Pictures of layers by the layer's place.
    pub pictures: BTreeMap<usize, SourceImage>,
    /// The background, unless it is one colour or a scene.
    pub backdrop: Option<RgbImage>,
    /// The flat texts.
    pub texts: Vec<PlacedText>,
    /// Box of the sculpted headline.
    pub headline: Option<Frame>,
    /// The product's area.
    pub product: Frame,
    /// Boxes of badge and logo.
    pub others: Vec<(String, Frame)>,
}

/// Lays a template out.
///
/// # Errors
/// A slot is unknown or its text cannot be used.
pub fn lay_out(template: &Template, input: &TemplateInput<'_>) -> Result<LaidOut, Notice> {
    check_slots(template, input)?;
    let regions = Regions::of(&template.layout, input.canvas, &input.margins);
    let mut page = Page { template, input, regions, shapes: Vec::new(), layers: Vec::new(), laid: LaidOut::default() };
    page.run();
    Ok(page.laid)
}

fn check_slots(template: &Template, input: &TemplateInput<'_>) -> Result<(), Notice> {
    for (name, text) in input.texts {
        let Some(slot) = template.slots.iter().find(|slot| slot.name == *name) else {
            let known: Vec<String> = template.slots.iter().map(|slot| slot.name.clone()).collect();
            let shown: String = name.chars().take(80).collect();
            return Err(notice!("templates-unknown-slot", template = template.id.clone(), slot = shown, known = known));
        };
        if slot.kind == SlotKind::Logo && !text.trim().is_empty() {
            return Err(notice!("templates-logo-is-text", slot = name.clone()));
        }
        let count = text.chars().count();
        if count > MAX_LAYER_TEXT {
            return Err(notice!("templates-slot-too-long", slot = name.clone(), count = count, most = MAX_LAYER_TEXT));
        }
    }
    Ok(())
}

struct Page<'a> {
    template: &'a Template,
    input: &'a TemplateInput<'a>,
    regions: Regions,
    /// The shapes drawn so far, lowest first.
    shapes: Vec<PlacedShape>,
    layers: Vec<Value>,
    laid: LaidOut,
}

impl<'a> Page<'a> {
    fn run(&mut self) {
        let regions = self.regions;
        let stacker = Stacker { fonts: self.input.fonts, regions: &regions, canvas: self.input.canvas, least: self.input.least_type };
        let (stack, bar) = self.entries();
        let align = match self.regions.shape {
            CanvasShape::Tall | CanvasShape::Square => self.template.layout.align,
            CanvasShape::Wide | CanvasShape::Banner => self.template.layout.wide_align,
        };
        let texts = stacker.stack(stack, self.regions.text, align);
        self.regions.text_block = texts.iter().map(|text| text.block).reduce(|a, b| a.union(&b)).unwrap_or(self.regions.text);
        let in_bar = match self.regions.bar {
            Some(frame) if self.regions.shape == CanvasShape::Banner => stacker.stack(bar, frame, Align::Center),
            Some(frame) => stacker.row(bar, frame),
            None => Vec::new(),
        };
        self.draw_shapes();
        for placed in texts.into_iter().chain(in_bar) {
            self.put(&placed);
        }
        if let Some(badge) = &self.template.badge {
            self.put_badge(badge, stacker);
        }
        self.finish();
    }

    /// The text of a slot; `None` if it is left out.
    fn text(&self, name: &str) -> Option<(String, SlotKind)> {
        let slot = self.template.slots.iter().find(|slot| slot.name == name)?;
        let brand = self.input.brand.and_then(|brand| brand.texts.get(name)).map(String::as_str);
        let default = slot.default_text(self.input.language);
        let text = self.input.texts.get(name).map(String::as_str).or(brand).unwrap_or(default);
        let text = text.replace("\r\n", "\n").replace("\\n", "\n").trim().to_owned();
        (slot.kind == SlotKind::Logo || !text.is_empty()).then_some((text, slot.kind))
    }

    fn logo(&self) -> Option<&'a SourceImage> {
        self.input.logo.or_else(|| self.input.brand.and_then(|brand| brand.logo.as_ref()))
    }

    fn font(&self, role: FontRole) -> String {
        let own = match role {
            FontRole::Heading => &self.template.fonts.heading,
            FontRole::Body => &self.template.fonts.body,
        };
        let brand = self.input.brand.and_then(|brand| match role {
            FontRole::Heading => brand.heading_font.as_ref(),
            FontRole::Body => brand.body_font.as_ref(),
        });
        brand.into_iter().chain([own]).find_map(|name| self.input.fonts.resolve(name)).unwrap_or_else(|| own.clone())
    }

    /// The items of the stack and of the bar that have content.
    fn entries(&self) -> (Vec<Entry<'a>>, Vec<Entry<'a>>) {
        let shown = |item: &&Item| item.only.is_empty() || item.only.contains(&self.regions.shape);
        let entries = self.template.items.iter().filter(shown).filter_map(|item| {
            let (text, kind) = self.text(&item.slot)?;
            let font = self.font(item.font);
            let flat = self.template.style.is_none() || self.regions.shape == CanvasShape::Banner || item.slot != HEADLINE;
            let content = match kind {
                SlotKind::Logo => {
                    let (w, h) = self.logo()?.pixels.dimensions();
                    Content::Logo(w.max(1) as f32 / h.max(1) as f32)
                }
                SlotKind::Price => Content::Text(price_parts(&text, SMALL_PART), font),
                SlotKind::Text if flat => Content::Text(vec![Part { text, scale: 1.0 }], font),
                SlotKind::Text => Content::Sculpted(text, font),
            };
            Some(Entry { item, content })
        });
        entries.partition(|entry| entry.item.place == Place::Stack)
    }

    /// The colour of a role, or that of its `#RRGGBB`.
    fn color(&self, role: &str) -> Color {
        let brand = self.input.brand.and_then(|brand| brand.color(role));
        brand.or_else(|| parsed(self.template.palette.get(role).map_or(role, String::as_str))).unwrap_or_default()
    }

    fn draw_shapes(&mut self) {
        let color = |role: &str| self.color(role);
        // A decoration that would touch a text is left out.
        let touches = |shape: &Shape, drawn: &PlacedShape| {
            shape.units.is_some() && shape.on == Level::Backdrop && drawn.frame.overlaps(&self.regions.text_block, 0.0)
        };
        let mut shapes: Vec<PlacedShape> = self
            .template
            .shapes
            .iter()
            .filter_map(|shape| PlacedShape::of(shape, &self.regions, &color).filter(|drawn| !touches(shape, drawn)))
            .collect();
        let bar =
            self.regions.bar_bleed.map(|frame| PlacedShape::filled(ShapeKind::Rectangle, frame, color(&self.template.layout.bar_fill)));
        shapes.extend(bar);
        let backdrop: Vec<PlacedShape> = shapes.iter().filter(|shape| shape.on == Level::Backdrop).cloned().collect();
        if self.template.scene.is_none() {
            let paper = color("paper");
            if backdrop.is_empty() {
                self.laid.fields.insert("background_color".into(), json!(hex(paper)));
            } else {
                self.laid.backdrop = Some(painted(paper, &backdrop, self.input.canvas, self.input.fonts));
            }
            self.shapes.push(PlacedShape::filled(ShapeKind::Rectangle, self.regions.canvas, paper));
        }
        self.shapes.extend(backdrop);
        for on in [Level::Behind, Level::Above] {
            for shape in shapes.iter().filter(|shape| shape.on == on) {
                self.layers.push(shape.json("shape", self.input.canvas));
                self.shapes.push(shape.clone());
            }
        }
    }

    /// The colours behind a box; `None` where the scene shows.
    fn grounds(&self, frame: &Frame) -> Option<Vec<Color>> {
        let mut grounds = Vec::new();
        for shape in self.shapes.iter().rev() {
            let Some(fill) = shape.fill.filter(|_| shape.opacity > 0.0) else { continue };
            match shape.cover(frame) {
                Cover::All if shape.opacity >= 0.97 => {
                    grounds.push(fill);
                    return Some(grounds);
                }
                Cover::All | Cover::Some => grounds.push(fill),
                Cover::None => {}
            }
        }
        None
    }

    /// The colour of a text and its lowest contrast ratio: the wanted colour if its contrast suffices, else the best of palette, black and white.
    fn legible(&self, wanted: Color, grounds: &[Color]) -> (Color, f32) {
        let least = |color: Color| grounds.iter().map(|ground| contrast(color, *ground)).fold(21.0, f32::min);
        if least(wanted) >= LEAST_CONTRAST {
            return (wanted, least(wanted));
        }
        let others = ["ink", "paper", "on_primary", "on_accent"].map(|role| self.color(role));
        let all = others.into_iter().chain([[255; 3], [17; 3], [0; 3]]);
        let best = all.clone().find(|color| least(*color) >= LEAST_CONTRAST);
        let best = best.or_else(|| all.max_by(|a, b| least(*a).total_cmp(&least(*b)))).unwrap_or(wanted);
        (best, least(best))
    }

    fn put(&mut self, placed: &Placed<'_>) {
        let item = placed.entry.item;
        match &placed.fit {
            Fit::Logo => self.put_logo(placed),
            Fit::Sculpted(sculpted) => {
                let (x, y) = placed.frame.center();
                let (w, h) = (self.regions.canvas.x1, self.regions.canvas.y1);
                let style = self.template.style.as_ref().map_or("", |style| style.of(self.input.language));
                let fields = [
                    ("text_content", json!(sculpted.text)),
                    ("text_model_prompt", json!(style)),
                    ("font_name", json!(self.font(item.font))),
                    ("text_x", share(x, w)),
                    ("text_y", share(y, h)),
                    ("text_scale", json!((f64::from(sculpted.scale) * 1000.0).floor() / 1000.0)),
                ];
                self.laid.fields.extend(fields.map(|(name, value)| (name.to_owned(), value)));
                self.laid.headline = Some(placed.frame);
            }
            Fit::Text(_) => self.put_text(placed),
        }
    }

    fn put_logo(&mut self, placed: &Placed<'_>) {
        let Some(logo) = self.logo() else { return };
        let (w, h) = (self.regions.canvas.x1, self.regions.canvas.y1);
        let (x, y) = placed.frame.center();
        self.laid.pictures.insert(self.layers.len(), logo.clone());
        let size = (share(placed.frame.width(), w), share(placed.frame.height(), h));
        self.layers.push(json!({"type": "picture", "name": placed.entry.item.slot, "x": share(x, w), "y": share(y, h), "width": size.0, "height": size.1}));
        self.laid.others.push((placed.entry.item.slot.clone(), placed.frame));
    }

    fn put_text(&mut self, placed: &Placed<'_>) {
        let (item, Fit::Text(fitted)) = (placed.entry.item, &placed.fit) else { return };
        let flat;
        let (parts, font) = match &placed.entry.content {
            Content::Text(parts, font) => (parts, font.clone()),
            Content::Sculpted(text, font) => {
                flat = vec![Part { text: text.clone(), scale: 1.0 }];
                (&flat, font.clone())
            }
            Content::Logo(_) => return,
        };
        let plate = item.plate.as_deref().map(|role| self.color(role));
        let grounds = plate.map(|color| vec![color]).or_else(|| self.grounds(&placed.frame));
        let wanted = self.color(&item.color);
        let (color, ratio) = grounds.map_or((wanted, None), |grounds| {
            let (color, ratio) = self.legible(wanted, &grounds);
            (color, Some(ratio))
        });
        let (w, h) = (self.regions.canvas.x1, self.regions.canvas.y1);
        let mut layer = self.text_layer(&item.slot, parts, &font, placed.frame.center(), fitted.size, color);
        layer.insert("align".into(), json!(placed.align.to_string()));
        layer.insert("line_height".into(), decimal(item.line_height));
        if item.spacing != 0.0 {
            layer.insert("letter_spacing".into(), decimal(item.spacing));
        }
        if let Some(width) = fitted.width {
            layer.insert("width".into(), share(width, w));
        }
        if let Some(plate) = plate {
            let padding = item.padding * fitted.size;
            layer.insert("plate".into(), json!({"color": hex(plate), "padding": share(padding, h), "radius": decimal(item.radius)}));
        }
        self.layers.push(Value::Object(layer));
        for (role, at, slope) in [(&item.strike, 0.5, -3.0), (&item.underline, 0.96, 0.0)] {
            let Some(role) = role else { continue };
            let center = (placed.frame.center().0, placed.frame.y0 + at * placed.frame.height());
            let frame = Frame::around(center, placed.frame.width() + 0.2 * fitted.size, 0.085 * fitted.size);
            let line = PlacedShape { rotation: slope, ..PlacedShape::filled(ShapeKind::Line, frame, self.color(role)) };
            self.layers.push(line.json("line", self.input.canvas));
        }
        self.laid.texts.push(PlacedText { slot: item.slot.clone(), frame: placed.frame, color, contrast: ratio });
    }

    fn text_layer(&self, slot: &str, parts: &[Part], font: &str, (x, y): (f32, f32), size: f32, color: Color) -> Map<String, Value> {
        let (w, h) = (self.regions.canvas.x1, self.regions.canvas.y1);
        let mut layer = Map::new();
        layer.insert("type".into(), json!("text"));
        layer.insert("name".into(), json!(slot));
        match parts {
            [one] if one.scale == 1.0 => layer.insert("text".into(), json!(one.text)),
            parts => {
                let runs = parts.iter().map(|part| json!({"text": part.text, "scale": decimal(part.scale)}));
                layer.insert("runs".into(), Value::Array(runs.collect()))
            }
        };
        layer.insert("font_name".into(), json!(font));
        layer.insert("size".into(), share(size, h));
        layer.insert("color".into(), json!(hex(color)));
        layer.insert("x".into(), share(x, w));
        layer.insert("y".into(), share(y, h));
        layer
    }

    fn put_badge(&mut self, badge: &Badge, stacker: Stacker<'_>) {
        if !badge.only.is_empty() && !badge.only.contains(&self.regions.shape) {
            return;
        }
        let texts: Vec<(String, SlotKind)> = badge.slots.iter().filter_map(|slot| self.text(slot)).collect();
        if texts.is_empty() {
            return;
        }
        let (region, canvas) = (self.regions.product, self.regions.safe);
        let wanted = badge.size * self.regions.unit * if self.regions.shape == CanvasShape::Banner { BADGE_ON_BANNERS } else { 1.0 };
        let side = wanted.min(0.62 * region.width().min(region.height()));
        let at = (region.x0 + badge.at[0] * region.width(), region.y0 + badge.at[1] * region.height());
        // It may reach into the margins, but not into the texts.
        let half = self.regions.unit * 2.5;
        let room = Frame { x0: canvas.x0 - half, y0: region.y0, x1: canvas.x1 + half, y1: region.y1 };
        let room = match self.regions.shape {
            CanvasShape::Tall | CanvasShape::Square => room,
            _ => Frame { x0: region.x0, y0: canvas.y0 - half, x1: region.x1, y1: region.y1 },
        };
        let frame = Frame::around(at, side, side).moved_into(&room);
        let mut parts = Vec::new();
        for (line, (text, kind)) in texts.iter().enumerate() {
            let ends = if line + 1 < texts.len() { "\n" } else { "" };
            match kind {
                SlotKind::Price => parts.extend(price_parts(text, SMALL_PART)),
                _ => parts.push(Part { text: text.clone(), scale: if texts.len() > 1 { 0.5 } else { 1.0 } }),
            }
            parts.extend((!ends.is_empty()).then(|| Part { text: ends.into(), scale: 0.5 }));
        }
        let font = self.font(FontRole::Heading);
        let lines = texts.iter().map(|(text, _)| text.matches('\n').count() as u32 + 1).sum();
        let paragraph = Paragraph { parts: &parts, font: &font, line_height: 1.1, spacing: 0.0, most_lines: lines };
        let (most_w, most_h) = (BADGE_TEXT.0 * side, BADGE_TEXT.1 * side);
        let mut fitted = paragraph.fit(stacker.fonts, side * 0.34, most_w);
        for _ in 0..40 {
            let reach = (fitted.box_width * fitted.box_width + fitted.box_height * fitted.box_height).sqrt();
            if fitted.box_height <= most_h && reach <= CIRCLE_OF_TEXT * side {
                break;
            }
            fitted = paragraph.fit(stacker.fonts, fitted.size * 0.94, most_w);
        }
        if fitted.size < SMALL_IN_BADGE * stacker.smallest_type() {
            return;
        }
        let fill = self.color(&badge.fill);
        let border = badge.border.as_deref().map(|role| (self.color(role), 0.5 * self.regions.unit));
        let shape =
            PlacedShape { rotation: badge.rotation, border, shadow: true, radius: 0.2, ..PlacedShape::filled(badge.shape, frame, fill) };
        let (color, ratio) = self.legible(self.color(&badge.color), &[fill]);
        self.layers.push(shape.json("badge", self.input.canvas));
        let mut layer = self.text_layer("badge", &parts, &font, frame.center(), fitted.size, color);
        layer.insert("align".into(), json!("center"));
        layer.insert("line_height".into(), decimal(1.1));
        if badge.rotation != 0.0 {
            layer.insert("rotation".into(), json!(badge.rotation));
        }
        self.layers.push(Value::Object(layer));
        let text = Frame::around(frame.center(), fitted.box_width, fitted.box_height);
        self.laid.texts.push(PlacedText { slot: badge.slots.join("+"), frame: text, color, contrast: Some(ratio) });
        self.laid.others.push(("badge".into(), frame));
    }

    /// Layers, product and scene as fields.
    fn finish(&mut self) {
        let (w, h, product) = (self.regions.canvas.x1, self.regions.canvas.y1, self.regions.product);
        self.laid.product = product;
        let fields = &mut self.laid.fields;
        let edges = [
            ("product_left", share(product.x0, w)),
            ("product_top", share(product.y0, h)),
            ("product_right", share(product.x1, w)),
            ("product_bottom", share(product.y1, h)),
        ];
        fields.extend(edges.map(|(name, value)| (name.to_owned(), value)));
        if let Some(scene) = &self.template.scene {
            fields.insert("bg_prompt".into(), json!(scene.of(self.input.language)));
        }
        if !self.layers.is_empty() {
            fields.insert("layers".into(), Value::Array(std::mem::take(&mut self.layers)));
        }
        fields.insert("width".into(), json!(self.input.canvas.0));
        fields.insert("height".into(), json!(self.input.canvas.1));
    }
}
