//! Content keys of steps and stages: BLAKE3 over everything that a result's pixels depend on. Equal keys mean equal pixels. Pure.
//!
//! By these keys the job engine reuses steps of earlier jobs, and live drafts reuse steps and stages in memory.

use super::run::Recalled;
use crate::imaging::Plane;
use crate::request::layers::{self, Layer};
use crate::request::{Area, Backdrop, InputImage, JobSpec, ModelChoice, ProductEdit, ShadowSpec, Start, StepNumber, TextSpec};
use crate::typography::FontCatalog;

/// The first step whose key a request field changes. The keys of later steps change with it. `None`: the field changes no pixel.
///
/// Contains every field of [`FIELDS`](crate::request::fields::FIELDS) once; a test compares the table with [`keys`].
pub const FIRST_CHANGED_STEP: &[(&str, Option<StepNumber>)] = &[
    // Where the job starts decides which steps have keys, not what the keys are.
    ("start_step", None),
    ("product_image", Some(StepNumber::Background)),
    ("mask_image", Some(StepNumber::Background)),
    ("bg_prompt", Some(StepNumber::Background)),
    ("bg_negative_prompt", Some(StepNumber::Background)),
    ("bg_composition_prompt", Some(StepNumber::Background)),
    ("bg_composition_negative_prompt", Some(StepNumber::Background)),
    ("strength", Some(StepNumber::Background)),
    ("guidance_scale", Some(StepNumber::Background)),
    ("num_inference_steps", Some(StepNumber::Background)),
    ("true_cfg_scale", Some(StepNumber::Background)),
    ("preserve_product", Some(StepNumber::Background)),
    ("product_x", Some(StepNumber::Background)),
    ("product_y", Some(StepNumber::Background)),
    ("product_scale", Some(StepNumber::Background)),
    ("product_left", Some(StepNumber::Background)),
    ("product_top", Some(StepNumber::Background)),
    ("product_right", Some(StepNumber::Background)),
    ("product_bottom", Some(StepNumber::Background)),
    ("seed", Some(StepNumber::Background)),
    ("width", Some(StepNumber::Background)),
    ("height", Some(StepNumber::Background)),
    // The backend's version is the key's first part.
    ("engine", Some(StepNumber::Background)),
    ("step1_image", Some(StepNumber::Text)),
    ("text_content", Some(StepNumber::Text)),
    ("text_model_prompt", Some(StepNumber::Text)),
    ("negative_prompt", Some(StepNumber::Text)),
    ("font_name", Some(StepNumber::Text)),
    ("text_num_inference_steps", Some(StepNumber::Text)),
    ("text_guidance_scale", Some(StepNumber::Text)),
    ("step2_image", Some(StepNumber::Composite)),
    ("composition_mode", Some(StepNumber::Composite)),
    ("text_position", Some(StepNumber::Composite)),
    ("composition_prompt", Some(StepNumber::Composite)),
    ("composition_negative_prompt", Some(StepNumber::Composite)),
    ("composition_strength", Some(StepNumber::Composite)),
    ("composition_steps", Some(StepNumber::Composite)),
    ("composition_guidance_scale", Some(StepNumber::Composite)),
    ("text_x", Some(StepNumber::Composite)),
    ("text_y", Some(StepNumber::Composite)),
    ("text_scale", Some(StepNumber::Text)),
    ("camera_elevation", Some(StepNumber::Background)),
    ("product_pick_x", Some(StepNumber::Background)),
    ("product_pick_y", Some(StepNumber::Background)),
    ("product_rotation", Some(StepNumber::Background)),
    ("product_flip", Some(StepNumber::Background)),
    ("product_crop_left", Some(StepNumber::Background)),
    ("product_crop_top", Some(StepNumber::Background)),
    ("product_crop_right", Some(StepNumber::Background)),
    ("product_crop_bottom", Some(StepNumber::Background)),
    ("product_exposure", Some(StepNumber::Background)),
    ("product_white_balance", Some(StepNumber::Background)),
    ("shadow_strength", Some(StepNumber::Background)),
    ("shadow_softness", Some(StepNumber::Background)),
    ("shadow_direction", Some(StepNumber::Background)),
    ("shadow_contact", Some(StepNumber::Background)),
    ("layers", Some(StepNumber::Composite)),
    ("background_color", Some(StepNumber::Background)),
    ("background_image", Some(StepNumber::Background)),
    ("model", Some(StepNumber::Background)),
    ("stop_step", None),
    ("force_from_step", None),
    ("dry_run", None),
    ("auto_unload", None),
    ("test_mode", None),
];

/// The keys of the steps that a job runs, and of the stages within them that live drafts reuse: 64 hexadecimal digits each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepKeys {
    steps: [Option<String>; 3],
    matte: Option<String>,
    scene: Option<String>,
    headline_style: Option<String>,
}

impl StepKeys {
    /// Keys of a run that only cuts the product out.
    pub(super) fn of_matte(matte: String) -> Self {
        Self { matte: Some(matte), ..Self::default() }
    }

    /// The key of a step; `None` if the job does not run it.
    pub fn get(&self, step: StepNumber) -> Option<&str> {
        self.steps[usize::from(step.get()) - 1].as_deref()
    }

    /// The steps that run, in order, with their keys.
    pub fn iter(&self) -> impl Iterator<Item = (StepNumber, &str)> {
        StepNumber::ALL.into_iter().filter_map(|step| Some((step, self.get(step)?)))
    }

    /// The key of the cut-out; `None` without a product.
    pub fn matte(&self) -> Option<&str> {
        self.matte.as_deref()
    }

    /// The key of the empty scene.
    pub fn scene(&self) -> Option<&str> {
        self.scene.as_deref()
    }

    /// The key of the headline without the picture behind it, which it mirrors and refracts.
    pub fn headline_style(&self) -> Option<&str> {
        self.headline_style.as_deref()
    }
}

/// Hashes named values. Names and lengths are hashed too, so that values cannot run into each other.
struct Key(blake3::Hasher);

impl Key {
    /// `part`: the step or stage. `backend`: name, version and models of the backend.
    fn new(part: &str, backend: &str) -> Self {
        Self(blake3::Hasher::new()).text("step", part).text("engine", backend)
    }

    fn bytes(mut self, name: &str, value: &[u8]) -> Self {
        for part in [name.as_bytes(), value] {
            self.0.update(&(part.len() as u64).to_le_bytes()).update(part);
        }
        self
    }

    fn text(self, name: &str, value: &str) -> Self {
        self.bytes(name, value.as_bytes())
    }

    fn whole(self, name: &str, value: u64) -> Self {
        self.bytes(name, &value.to_le_bytes())
    }

    fn number(self, name: &str, value: f32) -> Self {
        // -0.0 and 0.0 mean the same.
        self.bytes(name, &(value + 0.0).to_bits().to_le_bytes())
    }

    fn maybe(self, name: &str, value: Option<f32>) -> Self {
        match value {
            Some(value) => self.number(name, value),
            None => self.bytes(name, &[]),
        }
    }

    fn picture(self, name: &str, picture: Option<&impl InputImage>) -> Self {
        self.text(name, picture.map_or("", InputImage::hash))
    }

    /// Quantised to 8 bits, as masks are on disk.
    fn plane(self, name: &str, plane: Option<&Plane>) -> Self {
        match plane {
            Some(p) => self.whole("width", p.width as u64).bytes(name, p.to_gray().as_raw()),
            None => self.bytes(name, &[]),
        }
    }

    fn canvas<I>(self, spec: &JobSpec<I>) -> Self {
        self.whole("width", spec.width.into()).whole("height", spec.height.into()).whole("seed", spec.seed)
    }

    fn scene<I>(self, spec: &JobSpec<I>) -> Self {
        let bg = &spec.background;
        let key = self
            .canvas(spec)
            .text("prompt", &bg.prompt)
            .text("negative_prompt", &bg.negative_prompt)
            .number("guidance_scale", bg.guidance_scale)
            .whole("steps", bg.steps.into())
            .number("true_cfg_scale", bg.true_cfg_scale);
        // Jobs from before this field keep their keys.
        match spec.placement.camera_elevation {
            Some(elevation) => key.number("camera_elevation", elevation),
            None => key,
        }
    }

    /// Products as photographed keep the keys of jobs from before these fields.
    fn product_edit(self, edit: &ProductEdit) -> Self {
        if *edit == ProductEdit::default() {
            return self;
        }
        let ProductEdit { crop, flip, rotation, exposure, white_balance } = *edit;
        let key = self
            .text("product_flip", flip.as_str())
            .number("product_rotation", rotation)
            .number("product_exposure", exposure)
            .number("product_white_balance", white_balance);
        match crop {
            Some(Area { left, top, right, bottom }) => {
                key.number("crop_left", left).number("crop_top", top).number("crop_right", right).number("crop_bottom", bottom)
            }
            None => key,
        }
    }

    /// Shadows of the scene's light keep the keys of jobs from before these fields.
    fn shadow(self, shadow: &ShadowSpec) -> Self {
        if *shadow == ShadowSpec::default() {
            return self;
        }
        self.number("shadow_strength", shadow.strength)
            .maybe("shadow_softness", shadow.softness)
            .maybe("shadow_direction", shadow.direction)
            .whole("shadow_contact", shadow.contact.into())
    }

    /// Jobs from before own backgrounds keep their keys.
    fn backdrop<I: InputImage>(self, spec: &JobSpec<I>) -> Self {
        match &spec.backdrop {
            Backdrop::Scene => self,
            Backdrop::Color(color) => self.bytes("backdrop_color", color),
            Backdrop::Transparent => self.text("backdrop", "transparent"),
            Backdrop::Picture(picture) => self.picture("backdrop", Some(picture)),
        }
    }

    /// Jobs from before layers keep their keys.
    fn layers<I: InputImage>(self, layers: &[Layer<I>], font: &dyn Fn(&str) -> String) -> Self {
        let described = layers.iter().cloned().fold(self, |key, layer| {
            // Its place in the request does not matter, only the order.
            let layer = Layer { index: 0, ..layer };
            let layer: Result<Layer<String>, std::convert::Infallible> = layer.try_map(|_, picture| Ok(picture.hash().to_owned()));
            match layer {
                Ok(layer) => key.text("layer", &format!("{layer:?}")),
                Err(never) => match never {},
            }
        });
        layers::fonts(layers).into_iter().fold(described, |key, name| key.text("layer_font", name).text("layer_face", &font(name)))
    }

    fn done(self) -> String {
        self.0.finalize().to_hex().to_string()
    }
}

/// The keys of a job. `backend`: its name, version and models. `recalled`: masks of the given pictures that earlier jobs have
/// kept. `font` returns the content hash of a listed face.
pub fn keys<I: InputImage>(spec: &JobSpec<I>, backend: &str, recalled: &Recalled, font: &dyn Fn(&str) -> String) -> StepKeys {
    // Jobs that leave the choice to the backend keep their keys: its version names the models that are there.
    let backend = &match spec.model {
        ModelChoice::Auto => backend.to_owned(),
        model => format!("{backend} {model}"),
    };
    let mut keys = StepKeys::default();
    let steps = match &spec.start {
        Start::Background { product, mask, text } => {
            keys.matte = product.as_ref().map(|product| matte(backend, product, mask.as_ref()));
            keys.scene = Some(scene(spec, backend));
            keys.headline_style = text.as_ref().map(|text| headline(spec, backend, "", text, font));
            let first = background(spec, backend, product.as_ref(), mask.as_ref());
            let second = text.as_ref().map(|text| headline(spec, backend, &first, text, font));
            let has_third = second.is_some() || !spec.layers.is_empty();
            let third = has_third.then(|| composite(spec, backend, &first, second.as_deref(), &Recalled::default(), font));
            [Some(first), second, third]
        }
        Start::Text { step1, text, .. } => {
            keys.headline_style = Some(headline(spec, backend, "", text, font));
            // Place and size of the text depend on the place of the product.
            let step1_key = recalled.placed.as_ref().map_or_else(|| step1.hash().to_owned(), |placed| with_place(step1.hash(), placed));
            let second = headline(spec, backend, &step1_key, text, font);
            let recalled = Recalled { placed: recalled.placed.clone(), front_faces: None };
            let third = composite(spec, backend, step1.hash(), Some(&second), &recalled, font);
            [None, Some(second), Some(third)]
        }
        Start::Composite { step1, step2, .. } => {
            let step2 = step2.as_ref().map(InputImage::hash);
            [None, None, Some(composite(spec, backend, step1.hash(), step2, recalled, font))]
        }
    };
    keys.steps = steps;
    for step in StepNumber::ALL.into_iter().filter(|step| *step > spec.stop_step) {
        keys.steps[usize::from(step.get()) - 1] = None;
    }
    keys
}

/// The content hash of a listed font, for [`keys`]; empty if it is not in the catalog.
pub fn font_hash(fonts: &FontCatalog, font: &str) -> String {
    fonts.bytes(font).map_or_else(String::new, |bytes| blake3::hash(&bytes).to_hex().to_string())
}

/// The key of a given background whose product stands in a known place.
fn with_place(step1: &str, placed: &Plane) -> String {
    Key::new("placed", "").text("step1", step1).plane("placed", Some(placed)).done()
}

/// The key of a cut-out.
pub fn matte<I: InputImage>(backend: &str, product: &I, mask: Option<&I>) -> String {
    Key::new("matte", backend).picture("product", Some(product)).picture("mask", mask).done()
}

fn scene<I>(spec: &JobSpec<I>, backend: &str) -> String {
    Key::new("scene", backend).scene(spec).done()
}

fn background<I: InputImage>(spec: &JobSpec<I>, backend: &str, product: Option<&I>, mask: Option<&I>) -> String {
    let (bg, at) = (&spec.background, &spec.placement);
    let key = Key::new("background", backend).scene(spec).backdrop(spec).picture("product", product).picture("mask", mask);
    if product.is_none() {
        // The other fields matter only with a product.
        return key.done();
    }
    // Jobs from before this field keep their keys.
    let key = match at.product_pick {
        Some((x, y)) => key.number("pick_x", x).number("pick_y", y),
        None => key,
    };
    let key = key
        .text("composition_prompt", &bg.composition_prompt)
        .text("composition_negative_prompt", &bg.composition_negative_prompt)
        .number("strength", bg.strength)
        .whole("preserve_product", bg.preserve_product.into())
        .maybe("x", at.product_x)
        .maybe("y", at.product_y)
        .number("scale", at.product_scale.unwrap_or(1.0))
        .product_edit(&spec.product)
        .shadow(&spec.shadow);
    // Jobs from before these fields keep their keys.
    match at.product_area {
        Some(area) => {
            key.number("left", area.left).number("top", area.top).number("right", area.right).number("bottom", area.bottom).done()
        }
        None => key.done(),
    }
}

/// The letters mirror and refract the result of step 1, so its key is part of theirs.
fn headline<I>(spec: &JobSpec<I>, backend: &str, step1: &str, text: &TextSpec, font: &dyn Fn(&str) -> String) -> String {
    let key = Key::new("letters", backend)
        .canvas(spec)
        .text("step1", step1)
        .text("content", &text.content)
        .text("style", &text.style_prompt)
        .text("negative", &text.negative_prompt)
        .text("font", &text.font)
        .text("face", &font(&text.font))
        .whole("steps", text.steps.into())
        .number("guidance_scale", text.guidance_scale);
    // Jobs from before this field keep their keys.
    match spec.placement.text_scale {
        Some(scale) if scale < 1.0 => key.number("scale", scale).done(),
        _ => key.done(),
    }
}

/// `step2`: `None` without a headline.
fn composite<I: InputImage>(
    spec: &JobSpec<I>,
    backend: &str,
    step1: &str,
    step2: Option<&str>,
    recalled: &Recalled,
    font: &dyn Fn(&str) -> String,
) -> String {
    let (c, at) = (&spec.composition, &spec.placement);
    let key = Key::new("composite", backend)
        .canvas(spec)
        .text("step1", step1)
        .text("step2", step2.unwrap_or_default())
        .plane("placed", recalled.placed.as_ref())
        .plane("face", recalled.front_faces.as_ref())
        .text("mode", &format!("{:?}", c.mode))
        .text("position", &format!("{:?}", c.position))
        .text("prompt", &c.prompt)
        .text("negative_prompt", &c.negative_prompt)
        .number("strength", c.strength)
        .whole("steps", c.steps.into())
        .number("guidance_scale", c.guidance_scale)
        .maybe("x", at.text_x)
        .maybe("y", at.text_y)
        .layers(&spec.layers, font);
    // A headline on a plain colour or on nothing is not matched to it. Within a whole job the key of step 1 says so too.
    let key = match &spec.backdrop {
        Backdrop::Color(_) | Backdrop::Transparent => key.backdrop(spec),
        Backdrop::Scene | Backdrop::Picture(_) => key,
    };
    // True classifier-free guidance has an effect only with a negative prompt.
    match c.negative_prompt.trim() {
        "" => key.done(),
        _ => key.number("true_cfg_scale", spec.background.true_cfg_scale).done(),
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
