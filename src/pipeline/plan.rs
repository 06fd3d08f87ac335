//! What each step depends on, as one content key: two steps with the same key give the same pixels. Pure.

use crate::imaging::Plane;
use crate::pipeline::Recalled;
use crate::request::{InputImage, JobSpec, Start, TextSpec};

/// The keys of the steps that a job runs; `None` for a step that it is given or does not have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepKeys([Option<String>; 3]);

impl StepKeys {
    /// The key of a step, 1..=3: 64 hexadecimal digits.
    pub fn get(&self, step: u8) -> Option<&str> {
        self.0.get(usize::from(step).checked_sub(1)?)?.as_deref()
    }

    /// The steps that run, in order, with their keys.
    pub fn iter(&self) -> impl Iterator<Item = (u8, &str)> {
        (1..=3).filter_map(|step| Some((step, self.get(step)?)))
    }
}

/// Hashes named values; names and lengths keep neighbours apart.
struct Key(blake3::Hasher);

impl Key {
    fn new(step: &str, engine: &str) -> Self {
        Self(blake3::Hasher::new()).text("step", step).text("engine", engine)
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
        // -0.0 places and scales as 0.0 does.
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

    /// As it is kept: eight bits a pixel.
    fn plane(self, name: &str, plane: Option<&Plane>) -> Self {
        match plane {
            Some(p) => self.whole("width", p.width as u64).bytes(name, p.to_gray().as_raw()),
            None => self.bytes(name, &[]),
        }
    }

    fn canvas<I>(self, spec: &JobSpec<I>) -> Self {
        self.whole("width", spec.width.into()).whole("height", spec.height.into()).whole("seed", spec.seed)
    }

    fn done(self) -> String {
        self.0.finalize().to_hex().to_string()
    }
}

/// The keys of a job's steps. `engine`: which engine, of which version, with which models. `recalled` is what earlier jobs know about pictures that this one is given; `font` identifies the content
/// of a listed face.
pub fn keys<I: InputImage>(spec: &JobSpec<I>, engine: &str, recalled: &Recalled, font: &dyn Fn(&str) -> String) -> StepKeys {
    let (first, second, third) = match &spec.start {
        Start::Background { product, mask, text } => {
            let first = background(spec, engine, product.as_ref(), mask.as_ref());
            let second = text.as_ref().map(|t| letters(spec, engine, &first, t, font));
            let third = second.as_ref().map(|second| composite(spec, engine, &first, second, &Recalled::default()));
            (Some(first), second, third)
        }
        Start::Text { step1, text, .. } => {
            let second = letters(spec, engine, step1.hash(), text, font);
            let third = composite(spec, engine, step1.hash(), &second, &Recalled { placed: recalled.placed.clone(), face: None });
            (None, Some(second), Some(third))
        }
        Start::Composite { step1, step2, .. } => (None, None, Some(composite(spec, engine, step1.hash(), step2.hash(), recalled))),
    };
    let until = |step: u8, key: Option<String>| key.filter(|_| step <= spec.stop_step.get());
    StepKeys([until(1, first), until(2, second), until(3, third)])
}

fn background<I: InputImage>(spec: &JobSpec<I>, engine: &str, product: Option<&I>, mask: Option<&I>) -> String {
    let (bg, at) = (&spec.background, &spec.placement);
    let key = Key::new("background", engine)
        .canvas(spec)
        .text("prompt", &bg.prompt)
        .text("negative_prompt", &bg.negative_prompt)
        .number("guidance_scale", bg.guidance_scale)
        .whole("steps", bg.steps.into())
        .number("true_cfg_scale", bg.true_cfg_scale)
        .picture("product", product)
        .picture("mask", mask);
    if product.is_none() {
        // Nothing is put into the set: how does not matter.
        return key.done();
    }
    key.text("composition_prompt", &bg.composition_prompt)
        .text("composition_negative_prompt", &bg.composition_negative_prompt)
        .number("strength", bg.strength)
        .whole("preserve_product", bg.preserve_product.into())
        .maybe("x", at.product_x)
        .maybe("y", at.product_y)
        .number("scale", at.product_scale.unwrap_or(1.0))
        .done()
}

/// The letters mirror and refract the picture behind them, so they depend on it.
fn letters<I>(spec: &JobSpec<I>, engine: &str, step1: &str, text: &TextSpec, font: &dyn Fn(&str) -> String) -> String {
    Key::new("letters", engine)
        .canvas(spec)
        .text("step1", step1)
        .text("content", &text.content)
        .text("style", &text.style_prompt)
        .text("negative", &text.negative_prompt)
        .text("font", &text.font)
        .text("face", &font(&text.font))
        .whole("steps", text.steps.into())
        .number("guidance_scale", text.guidance_scale)
        .done()
}

fn composite<I>(spec: &JobSpec<I>, engine: &str, step1: &str, step2: &str, recalled: &Recalled) -> String {
    let (c, at) = (&spec.composition, &spec.placement);
    let key = Key::new("composite", engine)
        .canvas(spec)
        .text("step1", step1)
        .text("step2", step2)
        .plane("placed", recalled.placed.as_ref())
        .plane("face", recalled.face.as_ref())
        .text("mode", &format!("{:?}", c.mode))
        .text("position", &format!("{:?}", c.position))
        .text("prompt", &c.prompt)
        .text("negative_prompt", &c.negative_prompt)
        .number("strength", c.strength)
        .whole("steps", c.steps.into())
        .number("guidance_scale", c.guidance_scale)
        .maybe("x", at.text_x)
        .maybe("y", at.text_y);
    // The scale only gives the negative prompt its effect.
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
        let cx = ParseContext {
            resolve_font: &|n| Some(n.to_owned()),
            skipped_font: &|_| None,
            unsettable: &|_| None,
            default_font: "A.ttf",
            undrawable: &|_, _| Vec::new(),
            fallback_seed: 1,
            lenient: false,
        };
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
        keys(&spec(change), "draft 1", &Recalled::default(), &str::to_owned).0
    }

    fn changed(change: Value) -> [bool; 3] {
        let (before, after) = (key(json!({})), key(change));
        std::array::from_fn(|i| before[i] != after[i])
    }

    #[test]
    fn each_input_changes_its_step_and_the_later_ones() {
        let cases: &[(Value, [bool; 3])] = &[
            (json!({}), [false; 3]),
            (json!({"product_image": 2}), [true; 3]),
            (json!({"mask_image": 2}), [true; 3]),
            (json!({"bg_prompt": "a"}), [true; 3]),
            (json!({"bg_negative_prompt": "a"}), [true; 3]),
            (json!({"bg_composition_prompt": "a"}), [true; 3]),
            (json!({"bg_composition_negative_prompt": "a"}), [true; 3]),
            (json!({"strength": 0.1}), [true; 3]),
            (json!({"guidance_scale": 0.1}), [true; 3]),
            (json!({"num_inference_steps": 5}), [true; 3]),
            (json!({"true_cfg_scale": 2}), [true; 3]),
            (json!({"preserve_product": false}), [true; 3]),
            (json!({"seed": 2}), [true; 3]),
            (json!({"width": 272}), [true; 3]),
            (json!({"height": 272}), [true; 3]),
            (json!({"product_x": 0.5}), [true; 3]),
            (json!({"product_y": 0.0}), [true; 3]),
            (json!({"product_scale": 2}), [true; 3]),
            (json!({"product_scale": 1}), [false; 3]),
            (json!({"text_content": "Ho"}), [false, true, true]),
            (json!({"text_model_prompt": "chrome"}), [false, true, true]),
            (json!({"negative_prompt": "flat"}), [false, true, true]),
            (json!({"font_name": "B.ttf"}), [false, true, true]),
            (json!({"text_num_inference_steps": 5}), [false, true, true]),
            (json!({"text_guidance_scale": 5}), [false, true, true]),
            (json!({"composition_mode": "behind"}), [false, false, true]),
            (json!({"text_position": "auto"}), [false, false, true]),
            (json!({"composition_prompt": "a"}), [false, false, true]),
            (json!({"composition_negative_prompt": "a"}), [false, false, true]),
            (json!({"composition_strength": 0.1}), [false, false, true]),
            (json!({"composition_steps": 3}), [false, false, true]),
            (json!({"composition_guidance_scale": 3}), [false, false, true]),
            (json!({"text_x": 0.5}), [false, false, true]),
            (json!({"text_y": 0.5}), [false, false, true]),
            (json!({"auto_unload": true, "test_mode": true, "force_from_step": 1, "dry_run": true}), [false; 3]),
        ];
        for (change, expected) in cases {
            assert_eq!(changed(change.clone()), *expected, "{change}");
        }
    }

    #[test]
    fn the_scale_of_true_guidance_matters_to_a_composite_with_a_negative_prompt() {
        let composite = |negative: &str, scale: f32| {
            let start = json!({"start_step": 3, "product_image": null, "text_content": null, "step1_image": 1, "step2_image": 1});
            let mut change = start;
            change["composition_negative_prompt"] = json!(negative);
            change["true_cfg_scale"] = json!(scale);
            key(change)[2].clone().unwrap()
        };
        assert_eq!(composite("", 1.0), composite("", 2.0));
        assert_ne!(composite("haze", 1.0), composite("haze", 2.0));
    }

    #[test]
    fn a_field_of_the_table_is_covered_or_does_not_matter() {
        // Whoever adds a field must decide what it changes, and say so above.
        assert_eq!(crate::request::fields::FIELDS.len(), 41);
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
        assert_eq!(start2.iter().map(|(s, _)| s).collect::<Vec<_>>(), [2, 3]);
        let spec3 = later(json!({"start_step": 3}));
        let of = |recalled: &Recalled, engine| keys(&spec3, engine, recalled, &str::to_owned);
        let plain = of(&Recalled::default(), "draft 1");
        assert_eq!(plain.iter().map(|(s, k)| (s, k.len())).collect::<Vec<_>>(), [(3, 64)]);
        let placed = Recalled { placed: Some(Plane::new(8, 8, 0.5)), face: None };
        let face = Recalled { placed: None, face: Some(Plane::new(8, 8, 0.5)) };
        let all = [&plain, &of(&placed, "draft 1"), &of(&face, "draft 1"), &of(&Recalled::default(), "diffusion 1")];
        let different: std::collections::HashSet<_> = all.iter().map(|k| k.get(3).unwrap()).collect();
        assert_eq!(different.len(), 4);
    }

    #[test]
    fn the_face_counts_by_its_content() {
        let spec = spec(json!({}));
        let of = |face: &'static str| keys(&spec, "draft 1", &Recalled::default(), &move |_| face.to_owned());
        assert_eq!(of("a").get(1), of("b").get(1));
        assert_ne!(of("a").get(2), of("b").get(2));
    }
}
