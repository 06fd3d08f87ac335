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
mod tests {
    use serde_json::{Map, Value, json};

    use super::*;
    use crate::request::fields::{FIELDS, Kind};
    use crate::request::{OpenRequest, ParseContext, SourceImage, parse};

    /// A number in a picture field makes a picture of which a corner has that value.
    fn spec(change: Value) -> JobSpec {
        let cx = ParseContext::permissive("A.ttf");
        let mut raw = json!({"product_image": 1, "text_content": "Hi", "width": 256, "height": 256});
        raw.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let mut request = OpenRequest::new(raw.as_object().unwrap().clone());
        for field in FIELDS.iter().filter(|f| f.kind == Kind::Image) {
            if let Some(n) = request.fields.remove(field.name).and_then(|v| v.as_u64()) {
                let mut image = image::RgbaImage::from_pixel(256, 256, image::Rgba([200, 200, 200, 100]));
                image.put_pixel(0, 0, image::Rgba([n as u8, 0, 0, 255]));
                request = request.with_image(field.name, SourceImage::new(image, "PNG".to_owned()));
            }
        }
        parse(&request, &cx).unwrap()
    }

    fn key(change: Value) -> [Option<String>; 3] {
        keys(&spec(change), "draft 1", &Recalled::default(), &str::to_owned).steps
    }

    /// A request without the field, and another value of the field; `None` for a field that has no case.
    fn case(field: &str) -> Option<(Value, Value)> {
        let value = match field {
            "text_content" | "text_model_prompt" | "negative_prompt" => json!("a"),
            "bg_prompt" | "bg_negative_prompt" | "bg_composition_prompt" | "bg_composition_negative_prompt" => json!("a"),
            "composition_prompt" | "composition_negative_prompt" => json!("a"),
            "product_image" | "mask_image" | "step1_image" | "step2_image" => json!(2),
            "composition_mode" => json!("behind"),
            "text_position" => json!("auto"),
            "font_name" => json!("B.ttf"),
            "seed" | "product_scale" | "true_cfg_scale" => json!(2),
            "width" | "height" => json!(272),
            "product_left" | "product_top" | "product_right" | "product_bottom" | "product_x" | "product_y" | "text_x" | "text_y"
            | "text_scale" => json!(0.5),
            "camera_elevation" => json!(35),
            "product_pick_x" | "product_pick_y" => json!(0.25),
            "product_rotation" | "shadow_direction" => json!(30),
            "product_flip" => json!("horizontal"),
            "product_crop_left" | "product_crop_top" => json!(0.1),
            "product_crop_right" | "product_crop_bottom" => json!(0.9),
            "product_exposure" | "product_white_balance" | "shadow_strength" | "shadow_softness" => json!(0.5),
            "shadow_contact" => json!(false),
            "strength" | "composition_strength" => json!(0.1),
            "num_inference_steps" | "text_num_inference_steps" | "composition_steps" => json!(5),
            "guidance_scale" | "text_guidance_scale" | "composition_guidance_scale" => json!(3),
            "preserve_product" => json!(false),
            "auto_unload" | "test_mode" | "dry_run" => json!(true),
            "force_from_step" => json!(1),
            "stop_step" => json!(3),
            "layers" => json!([{"type": "shape", "fill": "#112233"}]),
            "background_color" => json!("#00C73C"),
            "background_image" => json!(2),
            "model" => json!("flux2-klein"),
            _ => return None,
        };
        let base = match field {
            "step1_image" => json!({"start_step": 2, "step1_image": 3}),
            "step2_image" => json!({"start_step": 3, "step1_image": 3, "step2_image": 4}),
            _ => json!({}),
        };
        Some((base, value))
    }

    /// The entry of a field in [`FIRST_CHANGED_STEP`] and its case; the error says what a new field lacks.
    fn row(field: &str) -> Result<(Option<StepNumber>, (Value, Value)), String> {
        let entries: Vec<_> = FIRST_CHANGED_STEP.iter().filter(|entry| entry.0 == field).collect();
        let [entry] = entries[..] else {
            return Err(format!("{field} must stand in FIRST_CHANGED_STEP once, not {} times", entries.len()));
        };
        // Another start gives keys to other steps; another engine is another `backend`.
        if matches!(field, "start_step" | "engine") {
            return Ok((None, (json!({}), Value::Null)));
        }
        Ok((entry.1, case(field).ok_or(format!("{field} has no case in `case`"))?))
    }

    #[test]
    fn each_field_changes_the_keys_that_the_table_says() {
        let fields: Vec<&str> = crate::request::fields::FIELDS.iter().map(|f| f.name).collect();
        for field in &fields {
            let (first_changed, (base, value)) = row(field).unwrap_or_else(|problem| panic!("{problem}"));
            let mut changed = base.clone();
            if !value.is_null() {
                changed[*field] = value;
            }
            let (before, after) = (key(base), key(changed));
            for step in StepNumber::ALL {
                let i = usize::from(step.get()) - 1;
                let expected = before[i].is_some() && first_changed.is_some_and(|first| step >= first);
                assert_eq!(before[i] != after[i], expected, "{field}, step {step}");
            }
        }
        assert_eq!(FIRST_CHANGED_STEP.len(), fields.len(), "a field of the table is no request field");
    }

    /// `used_by` lists start steps: a job from an earlier step runs the later ones too.
    #[test]
    fn a_field_is_used_by_every_start_step_up_to_the_first_that_it_changes() {
        for field in FIELDS {
            let Some(first_changed) = row(field.name).unwrap().0.or((field.name == "engine").then_some(StepNumber::FIRST)) else {
                continue;
            };
            // A given result replaces the steps before it.
            let given = ["step1_image", "step2_image"].contains(&field.name);
            for start in StepNumber::ALL.into_iter().filter(|start| *start <= first_changed && !given) {
                assert!(field.used_by.contains(&start), "{} from start_step {start}", field.name);
            }
        }
    }

    #[test]
    fn another_backend_changes_every_key() {
        let of = |backend| keys(&spec(json!({})), backend, &Recalled::default(), &str::to_owned).steps;
        assert!(of("draft 1").iter().zip(of("diffusion 1")).all(|(a, b)| *a != b));
    }

    #[test]
    fn a_new_field_needs_a_row_and_a_case() {
        assert!(row("halo_width").unwrap_err().contains("FIRST_CHANGED_STEP"));
        assert_eq!(case("halo_width"), None);
        assert!(row("bg_prompt").is_ok() && row("engine").is_ok());
    }

    #[test]
    fn the_automatic_size_has_the_same_keys_as_none() {
        assert_eq!(key(json!({})), key(json!({"product_scale": 1})));
        let unchanged = json!({"product_rotation": 0, "product_flip": "none", "product_crop_left": 0, "product_crop_right": 1, "product_exposure": 0,
            "product_white_balance": 0, "shadow_strength": 1, "shadow_contact": true});
        assert_eq!(key(json!({})), key(unchanged));
    }

    #[test]
    fn layers_change_the_last_step_only_where_they_are_drawn() {
        let with = |layers: Value| key(json!({"layers": layers}));
        let (plain, shape) = (key(json!({})), json!({"type": "shape", "fill": "#112233"}));
        let mut hidden = shape.clone();
        hidden["hidden"] = json!(true);
        let text = |font: &str| json!({"type": "text", "text": "A", "font_name": font});
        assert_eq!(with(json!([])), plain);
        assert_eq!(with(json!([hidden])), plain);
        assert_eq!(with(json!([shape]))[..2], plain[..2]);
        assert_eq!(with(json!([hidden, shape])), with(json!([shape])));
        let all = [plain, with(json!([shape])), with(json!([shape, shape])), with(json!([text("A.ttf")])), with(json!([text("B.ttf")]))];
        let different: std::collections::HashSet<_> = all.iter().map(|keys| keys[2].clone()).collect();
        assert_eq!(different.len(), all.len());
        // Without text, layers are what step 3 is for.
        let [first, second, third] = key(json!({"text_content": null, "layers": [shape]}));
        assert!(first.is_some() && second.is_none() && third.is_some());
    }

    #[test]
    fn stages_depend_on_their_own_inputs_only() {
        let of = |change: Value| keys(&spec(change), "draft 1", &Recalled::default(), &str::to_owned);
        let plain = of(json!({}));
        let same = |change: Value| {
            let changed = of(change);
            [plain.matte() == changed.matte(), plain.scene() == changed.scene(), plain.headline_style() == changed.headline_style()]
        };
        assert_eq!(same(json!({"product_image": 2})), [false, true, true]);
        assert_eq!(same(json!({"mask_image": 2})), [false, true, true]);
        assert_eq!(same(json!({"bg_prompt": "a"})), [true, false, true]);
        assert_eq!(same(json!({"text_content": "Ho"})), [true, true, false]);
        assert_eq!(same(json!({"product_x": 0.3, "strength": 0.1, "composition_mode": "blend"})), [true; 3]);
        assert_eq!(same(json!({"seed": 2})), [true, false, false]);
        assert_eq!(of(json!({"product_image": null})).matte(), None);
        let all = [plain.matte(), plain.scene(), plain.headline_style(), plain.get(StepNumber::Background), plain.get(StepNumber::Text)];
        assert_eq!(all.into_iter().flatten().collect::<std::collections::HashSet<_>>().len(), 5);
    }

    /// Jobs on disk contain these keys. Any change in how keys are computed would make every kept step useless.
    #[test]
    fn keys_of_kept_jobs_stay_valid() {
        let placed = json!({"mask_image": 2, "product_x": 0.25, "text_y": 0.75, "composition_mode": "behind"});
        let given = json!({"start_step": 3, "step1_image": 3, "step2_image": 4, "product_image": null});
        let recalled = Recalled { placed: Some(Plane::new(8, 8, 0.5)), front_faces: Some(Plane::new(4, 4, 0.25)) };
        let plain = key(json!({}));
        let third = keys(&spec(given), "draft 1", &recalled, &str::to_owned).steps;
        let found: Vec<_> = plain.into_iter().chain(key(placed)).chain(third).flatten().collect();
        let kept = [
            "dd77933aaa7c20123c97593d5e34a800d98df8c8e85d1aa277b75689ca29b583",
            "cb39aa670ed7bbf3ef4d60b0524f3756dec191de3d9e99a2ecc4b4a8c1f5d5d3",
            "a46dbdbebcf8bf0e9c355777e2839c7dbdf88f45b648272ac3e1f8e2ba37251e",
            "9c00f5d54ee4f4bc1ffa91567f6d1ecb50feea2ebfc89890c81b6905c6d0f50c",
            "240c657247ddf367b079756197e282403169932a4de8cdf6e0a5b826a7313250",
            "69c1d775993b79dcebeac108fd2b779765b54f253bc9689bbb7b72f9d4e4ef60",
            "0118aa7cd2b483edff8c4a6f2d8ede77759a34f95e58bc5c12f537de7f73e14b",
        ];
        assert_eq!(found, kept);
    }

    #[test]
    fn the_last_step_changes_no_key_of_those_that_run() {
        let whole = key(json!({}));
        for (stop, kept) in [(1, 1), (2, 2), (3, 3)] {
            let keys = key(json!({"stop_step": stop}));
            assert_eq!(keys[..kept], whole[..kept]);
            assert!(keys[kept..].iter().all(Option::is_none), "{stop}");
        }
    }

    #[test]
    fn steps_that_are_not_run_have_no_key() {
        let [first, second, third] = key(json!({"text_content": null}));
        assert!(first.is_some() && second.is_none() && third.is_none());
        let later = |change: Value| {
            let mut raw = Map::from_iter([("step1_image".to_owned(), json!(3)), ("step2_image".to_owned(), json!(4))]);
            raw.extend(change.as_object().unwrap().clone());
            spec(Value::Object(raw))
        };
        let start2 = keys(&later(json!({"start_step": 2})), "draft 1", &Recalled::default(), &str::to_owned);
        assert_eq!(start2.iter().map(|(s, _)| s).collect::<Vec<_>>(), [StepNumber::Text, StepNumber::Composite]);
        let spec3 = later(json!({"start_step": 3}));
        let of = |recalled: &Recalled, backend| keys(&spec3, backend, recalled, &str::to_owned);
        let plain = of(&Recalled::default(), "draft 1");
        assert_eq!(plain.iter().map(|(s, k)| (s, k.len())).collect::<Vec<_>>(), [(StepNumber::Composite, 64)]);
        let placed = Recalled { placed: Some(Plane::new(8, 8, 0.5)), front_faces: None };
        let front_faces = Recalled { placed: None, front_faces: Some(Plane::new(8, 8, 0.5)) };
        let all = [&plain, &of(&placed, "draft 1"), &of(&front_faces, "draft 1"), &of(&Recalled::default(), "diffusion 1")];
        let different: std::collections::HashSet<_> = all.iter().map(|k| k.get(StepNumber::Composite).unwrap()).collect();
        assert_eq!(different.len(), 4);
    }

    #[test]
    fn a_font_counts_by_its_content() {
        let spec = spec(json!({}));
        let of = |face: &'static str| keys(&spec, "draft 1", &Recalled::default(), &move |_| face.to_owned());
        assert_eq!(of("a").get(StepNumber::Background), of("b").get(StepNumber::Background));
        assert_ne!(of("a").get(StepNumber::Text), of("b").get(StepNumber::Text));
    }
}
