//! The part of a brief that changes the product's pixels and its shadow.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::lenient::known_or_default;
use crate::request::{Flip, ProductEdit};

/// The edges of the whole photo.
pub const WHOLE: [f32; 4] = [0.0, 0.0, 1.0, 1.0];
/// The fields of the edges of a crop.
const CROP: [&str; 4] = ["product_crop_left", "product_crop_top", "product_crop_right", "product_crop_bottom"];

/// A number of a brief as the shortest decimal that reads back as the same `f32`, so that a project gives the same pixels.
pub(super) fn decimal(value: f32) -> Value {
    json!(value.to_string().parse::<f64>().unwrap_or(f64::from(value)))
}

/// The fields of the request about the product's look; the default leaves it as photographed and lit by the scene.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProductLook {
    /// `product_rotation`
    pub rotation: f32,
    /// `product_flip`
    #[serde(deserialize_with = "known_or_default")]
    pub flip: Flip,
    /// `product_crop_left`, `_top`, `_right` and `_bottom`
    pub crop: [f32; 4],
    /// `product_exposure`
    pub exposure: f32,
    /// `product_white_balance`
    pub white_balance: f32,
    /// `shadow_strength`
    pub shadow: f32,
    /// `shadow_softness`; `None` is by the scene's light.
    pub softness: Option<f32>,
    /// `shadow_direction`; `None` is by the scene's light.
    pub direction: Option<f32>,
    /// `shadow_contact`
    pub contact: bool,
}

impl Default for ProductLook {
    fn default() -> Self {
        Self {
            rotation: 0.0,
            flip: Flip::None,
            crop: WHOLE,
            exposure: 0.0,
            white_balance: 0.0,
            shadow: 1.0,
            softness: None,
            direction: None,
            contact: true,
        }
    }
}

impl ProductLook {
    /// Forgets what belongs to one photo; the shadow stays.
    pub fn forget_photo(&mut self) {
        let Self { shadow, softness, direction, contact, .. } = *self;
        *self = Self { shadow, softness, direction, contact, ..Self::default() };
    }

    /// Whether the product keeps its shape and stands as photographed.
    pub fn keeps_shape(&self) -> bool {
        ProductEdit { rotation: self.rotation, flip: self.flip, ..ProductEdit::default() }.keeps_shape() && self.crop == WHOLE
    }

    /// The values that sliders change. Automatic is none of a slider's values.
    pub fn numbers(&self) -> [f32; 10] {
        let [left, top, right, bottom] = self.crop;
        let automatic = |value: Option<f32>| value.unwrap_or(-1.0);
        let (softness, direction) = (automatic(self.softness), automatic(self.direction));
        [self.rotation, left, top, right, bottom, self.exposure, self.white_balance, self.shadow, softness, direction]
    }

    /// Adds the fields that differ from the default to a request.
    pub fn add_to(&self, raw: &mut Map<String, Value>) {
        let usual = Self::default();
        let own = |value: f32, usual: f32| (value != usual).then_some(value);
        let numbers = [
            ("product_rotation", own(self.rotation, usual.rotation)),
            ("product_exposure", own(self.exposure, usual.exposure)),
            ("product_white_balance", own(self.white_balance, usual.white_balance)),
            ("shadow_strength", own(self.shadow, usual.shadow)),
            ("shadow_softness", self.softness),
            ("shadow_direction", self.direction),
        ];
        let edges = CROP.into_iter().zip(self.crop).zip(usual.crop).map(|((name, edge), usual)| (name, own(edge, usual)));
        for (name, value) in numbers.into_iter().chain(edges) {
            if let Some(value) = value {
                raw.insert(name.into(), decimal(value));
            }
        }
        if self.flip != usual.flip {
            raw.insert("product_flip".into(), json!(self.flip));
        }
        if !self.contact {
            raw.insert("shadow_contact".into(), json!(false));
        }
    }

    /// The look that a job's parameters give.
    pub fn from_parameters(parameters: &Map<String, Value>) -> Self {
        let usual = Self::default();
        let number = |key: &str| parameters.get(key).and_then(Value::as_f64).map(|v| v as f32);
        Self {
            rotation: number("product_rotation").unwrap_or(usual.rotation),
            flip: parameters.get("product_flip").and_then(Value::as_str).and_then(|word| word.parse().ok()).unwrap_or_default(),
            crop: std::array::from_fn(|i| number(CROP[i]).unwrap_or(usual.crop[i])),
            exposure: number("product_exposure").unwrap_or(usual.exposure),
            white_balance: number("product_white_balance").unwrap_or(usual.white_balance),
            shadow: number("shadow_strength").unwrap_or(usual.shadow),
            softness: number("shadow_softness"),
            direction: number("shadow_direction"),
            contact: parameters.get("shadow_contact").and_then(Value::as_bool).unwrap_or(usual.contact),
        }
    }
}
