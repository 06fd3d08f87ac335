//! Every field of `POST /generate`, once: the parser, `GET /help/parameters` and the OpenAPI schema (`schema.rs`) read this table.

use serde_json::{Value, json};

pub use super::defaults::*;
pub use super::extensions::*;

/// Most characters of a prompt.
pub const MAX_PROMPT_CHARS: usize = 2000;
/// Most characters of the slogan.
pub const MAX_TEXT_CHARS: usize = 200;
/// Shortest side of the canvas.
pub const MIN_SIDE: u32 = 256;
/// Longest side of the canvas.
pub const MAX_SIDE: u32 = 2048;
/// Sides are multiples of this.
pub const SIDE_STEP: u32 = 16;

/// What a value must be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// A whole number in a range; `multiple` 1 allows every one of them.
    Integer {
        /// Smallest.
        min: u64,
        /// Largest.
        max: u64,
        /// Step.
        multiple: u64,
    },
    /// A whole number of 64 bits, or -1: draw one at random.
    Seed,
    /// A number in a range.
    Number {
        /// Smallest.
        min: f64,
        /// Largest.
        max: f64,
    },
    /// `true` or `false`.
    Flag,
    /// Words for an engine; blank counts as absent unless `may_be_blank`.
    Prompt {
        /// Whether a blank text says "nothing" instead of "the default".
        may_be_blank: bool,
    },
    /// The slogan.
    Slogan,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A listed face.
    Font,
    /// A picture as base64.
    Image,
}

/// The value of a field that was not sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fallback {
    /// Nothing.
    Nothing,
    /// A whole number.
    Integer(u64),
    /// A number.
    Number(f64),
    /// A flag.
    Flag(bool),
    /// A text.
    Text(&'static str),
    /// It depends; described in English.
    Computed(&'static str),
}

/// One field.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Name in JSON.
    pub name: &'static str,
    /// Names that older clients send.
    pub aliases: &'static [&'static str],
    /// Type and rule.
    pub kind: Kind,
    /// Value when absent or null.
    pub fallback: Fallback,
    /// The values of `start_step` that cannot do without it.
    pub required_for: &'static [u8],
    /// The values of `start_step` that use it.
    pub used_by: &'static [u8],
    /// For people, English.
    pub description: &'static str,
    /// For people, Korean.
    pub description_ko: &'static str,
    /// A good value, as JSON.
    pub example: &'static str,
    /// Kept in a job's parameters only when it was sent.
    pub silent: bool,
}

/// Fields that clients of the original system send and that have no meaning here: accepted in silence.
pub const IGNORED: &[&str] = &["bg_model"];

/// A picture in the examples: a box on a transparent ground, 24×24 PNG.
pub(super) const SMALL_PNG: &str = "\"iVBORw0KGgoAAAANSUhEUgAAABgAAAAYCAYAAADgdz34AAAAMElEQVR42mNgGAUDDRhxSVTYyP0nxaCOI4+wmsVEax+MWjBqwagFoxaMWjAKhgcAABgGBCA8GhyvAAAAAElFTkSuQmCC\"";

const ALL: &[u8] = &[1, 2, 3];

pub(super) const fn field(
    name: &'static str,
    kind: Kind,
    fallback: Fallback,
    description: &'static str,
    description_ko: &'static str,
) -> Field {
    Field {
        name,
        aliases: &[],
        kind,
        fallback,
        required_for: &[],
        used_by: ALL,
        description,
        description_ko,
        example: "null",
        silent: false,
    }
}

impl Field {
    pub(super) const fn silent(mut self) -> Self {
        self.silent = true;
        self
    }

    pub(super) const fn like(mut self, example: &'static str) -> Self {
        self.example = example;
        self
    }

    const fn alias(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    pub(super) const fn steps(mut self, used_by: &'static [u8]) -> Self {
        self.used_by = used_by;
        self
    }

    const fn required(mut self, required_for: &'static [u8]) -> Self {
        self.required_for = required_for;
        self
    }

    /// The JSON types, as in JSON Schema.
    pub fn json_type(&self) -> &'static str {
        match self.kind {
            Kind::Integer { .. } | Kind::Seed => "integer",
            Kind::Number { .. } => "number",
            Kind::Flag => "boolean",
            Kind::Prompt { .. } | Kind::Slogan | Kind::Choice(_) | Kind::Font | Kind::Image => "string",
        }
    }

    /// The default as JSON; `null` where it depends.
    pub fn default_value(&self) -> Value {
        match self.fallback {
            Fallback::Nothing | Fallback::Computed(_) => Value::Null,
            Fallback::Integer(v) => json!(v),
            Fallback::Number(v) => json!(v),
            Fallback::Flag(v) => json!(v),
            Fallback::Text(v) => json!(v),
        }
    }

    /// The example as JSON.
    pub fn example_value(&self) -> Value {
        serde_json::from_str(self.example).unwrap_or(Value::Null)
    }
}

pub(super) const fn integer(min: u64, max: u64) -> Kind {
    Kind::Integer { min, max, multiple: 1 }
}

pub(super) const fn number(min: f64, max: f64) -> Kind {
    Kind::Number { min, max }
}

const SIDE: Kind = Kind::Integer { min: MIN_SIDE as u64, max: MAX_SIDE as u64, multiple: SIDE_STEP as u64 };
const WORDS: Kind = Kind::Prompt { may_be_blank: false };
const AVOID: Kind = Kind::Prompt { may_be_blank: true };

/// `start_step`
pub static START_STEP: Field = field(
    "start_step",
    integer(1, 3),
    Fallback::Integer(1),
    "Where to start: 1 everything, 2 from the text on, 3 the composite only.",
    "시작 단계 (1: 전체, 2: 텍스트부터, 3: 합성만)",
)
.like("1");
/// `text_content`
pub static TEXT_CONTENT: Field = field(
    "text_content",
    Kind::Slogan,
    Fallback::Nothing,
    "The slogan. Null or blank: only the background step runs and its result is the final one.",
    "광고 텍스트 (null이면 배경만 생성)",
)
.required(&[2])
.like("\"New Product\"");
/// `product_image`
pub static PRODUCT_IMAGE: Field = field(
    "product_image",
    Kind::Image,
    Fallback::Nothing,
    "The product photo. Without it step 1 paints the background alone. Transparency in the file is used as the cut-out.",
    "상품 이미지 (Base64). 없으면 배경만 그립니다. 투명도가 있으면 누끼로 사용합니다.",
)
.alias(&["input_image"])
.steps(&[1])
.like(SMALL_PNG);
/// `bg_prompt`
pub static BG_PROMPT: Field = field(
    "bg_prompt",
    WORDS,
    Fallback::Text(DEFAULT_BG_PROMPT),
    "The scene: place, light, materials. English or Korean.",
    "배경 생성 프롬프트 (장소, 조명, 재질). 영어 또는 한국어",
)
.steps(&[1])
.like("\"luxury hotel lobby with warm lighting and marble floor\"");
/// `bg_negative_prompt`
pub static BG_NEGATIVE_PROMPT: Field =
    field("bg_negative_prompt", AVOID, Fallback::Text(DEFAULT_BG_NEGATIVE), "What the scene should not have.", "배경 네거티브 프롬프트")
        .steps(&[1])
        .like("\"people, text, watermark\"");
/// `bg_composition_prompt`
pub static BG_COMPOSITION_PROMPT: Field = field(
    "bg_composition_prompt",
    WORDS,
    Fallback::Text(DEFAULT_BG_COMPOSITION),
    "How the product is put into the scene.",
    "배경 합성 프롬프트 (상품과 배경의 합성 방식)",
)
.steps(&[1])
.like("\"standing on the table, soft contact shadow\"");
/// `bg_composition_negative_prompt`
pub static BG_COMPOSITION_NEGATIVE_PROMPT: Field = field(
    "bg_composition_negative_prompt",
    AVOID,
    Fallback::Text(DEFAULT_BG_COMPOSITION_NEGATIVE),
    "What to avoid when the product is put into the scene.",
    "배경 합성 네거티브 프롬프트",
)
.steps(&[1])
.like("\"floating, hard edges\"");
/// `step1_image`
pub static STEP1_IMAGE: Field = field(
    "step1_image",
    Kind::Image,
    Fallback::Nothing,
    "The result of step 1 (`step1_result` of an earlier job).",
    "Step 1 결과 (Base64, start_step≥2일 때 필수)",
)
.steps(&[2, 3])
.required(&[2, 3])
.like(SMALL_PNG);
/// `text_model_prompt`
pub static TEXT_MODEL_PROMPT: Field = field(
    "text_model_prompt",
    WORDS,
    Fallback::Text(DEFAULT_TEXT_STYLE),
    "Material and look of the letters: gold, chrome, neon, glass, stone, balloon...",
    "3D 텍스트 스타일 프롬프트 (재질과 느낌)",
)
.alias(&["text_prompt"])
.steps(&[1, 2])
.like("\"silver metallic 3D text with shadow and reflection\"");
/// `negative_prompt`
pub static NEGATIVE_PROMPT: Field = field(
    "negative_prompt",
    AVOID,
    Fallback::Text(DEFAULT_TEXT_NEGATIVE),
    "What the letters should not look like.",
    "텍스트 네거티브 프롬프트",
)
.alias(&["text_negative_prompt"])
.steps(&[1, 2])
.like("\"flat, blurry\"");
/// `font_name`
pub static FONT_NAME: Field = field(
    "font_name",
    Kind::Font,
    Fallback::Computed("the configured face, NanumSquare/NanumSquareEB.ttf as shipped"),
    "The face of the letters.",
    "폰트 파일 경로 (GET /fonts 참조)",
)
.steps(&[1, 2])
.like("\"NanumSquare/NanumSquareB.ttf\"");
/// `step2_image`
pub static STEP2_IMAGE: Field = field(
    "step2_image",
    Kind::Image,
    Fallback::Nothing,
    "The result of step 2 (`step2_result` of an earlier job): letters on a transparent canvas.",
    "Step 2 결과 (Base64, start_step=3일 때 필수, 투명 배경 필요)",
)
.steps(&[3])
.required(&[3])
.like(SMALL_PNG);
/// `composition_mode`
pub static COMPOSITION_MODE: Field = field(
    "composition_mode",
    Kind::Choice(&["overlay", "blend", "behind"]),
    Fallback::Text("overlay"),
    "overlay: above everything; blend: matched in light and colour to the picture; behind: behind the product.",
    "합성 모드 (overlay: 명확하게 위에, blend: 자연스럽게 통합, behind: 상품 뒤)",
)
.like("\"overlay\"");
/// `text_position`
pub static TEXT_POSITION: Field = field(
    "text_position",
    Kind::Choice(&["top", "center", "bottom", "auto"]),
    Fallback::Text("top"),
    "Where the text stands; auto: where it reads best and hides least.",
    "텍스트 위치 (top: 상단, center: 중앙, bottom: 하단, auto: 자동)",
)
.like("\"top\"");
/// `composition_prompt`
pub static COMPOSITION_PROMPT: Field =
    field("composition_prompt", AVOID, Fallback::Nothing, "Words for the last pass over text and picture.", "합성 커스텀 프롬프트")
        .like("\"warm evening light on the letters\"");
/// `composition_negative_prompt`
pub static COMPOSITION_NEGATIVE_PROMPT: Field =
    field("composition_negative_prompt", AVOID, Fallback::Nothing, "What the last pass should avoid.", "합성 네거티브 프롬프트")
        .like("\"overexposed\"");
/// `composition_strength`
pub static COMPOSITION_STRENGTH: Field = field(
    "composition_strength",
    number(0.0, 1.0),
    Fallback::Number(0.4),
    "How far the last pass may change the picture around the text.",
    "합성 변환 강도 (0.0~1.0)",
)
.like("0.4");
/// `strength`
pub static STRENGTH: Field = field(
    "strength",
    number(0.0, 1.0),
    Fallback::Number(0.6),
    "How far the scene may change around the product when it is put in.",
    "Inpaint 강도 (0.0~1.0)",
)
.steps(&[1])
.like("0.6");
/// `guidance_scale`
pub static GUIDANCE_SCALE: Field = field(
    "guidance_scale",
    number(0.0, 20.0),
    Fallback::Number(3.5),
    "How closely the diffusion engine follows the scene's prompt.",
    "Guidance Scale (0.0~20.0)",
)
.steps(&[1])
.like("3.5");
/// `num_inference_steps`
pub static NUM_INFERENCE_STEPS: Field = field(
    "num_inference_steps",
    integer(1, 50),
    Fallback::Integer(4),
    "Denoising steps of the scene (FLUX).",
    "Inference Steps (1~50, FLUX)",
)
.steps(&[1])
.like("4");
/// `seed`
pub static SEED: Field = field(
    "seed",
    Kind::Seed,
    Fallback::Computed("drawn at random; the status tells it"),
    "Same request, seed and engine: same pixels. -1 draws one at random.",
    "시드. 같은 요청과 시드는 같은 결과를 만듭니다. -1은 무작위입니다.",
)
.like("42");
/// `engine`
pub static ENGINE: Field = field(
    "engine",
    Kind::Choice(&["auto", "draft", "diffusion"]),
    Fallback::Text("auto"),
    "auto: the best that can run here; draft: the embedded CPU engine; diffusion: the diffusion models or an error.",
    "엔진 (auto: 자동, draft: 내장 CPU 엔진, diffusion: 확산 모델)",
)
.like("\"auto\"");
/// `width`
pub static WIDTH: Field = field(
    "width",
    SIDE,
    Fallback::Computed("1024; from start_step 2 on the width of step1_image"),
    "Width of the advertisement in pixels.",
    "광고 이미지 너비 (픽셀, 16의 배수)",
)
.like("1024");
/// `height`
pub static HEIGHT: Field = field(
    "height",
    SIDE,
    Fallback::Computed("1024; from start_step 2 on the height of step1_image"),
    "Height of the advertisement in pixels.",
    "광고 이미지 높이 (픽셀, 16의 배수)",
)
.like("1024");
/// `text_num_inference_steps`
pub static TEXT_NUM_INFERENCE_STEPS: Field = field(
    "text_num_inference_steps",
    integer(1, 50),
    Fallback::Integer(30),
    "Denoising steps of the letters (SDXL).",
    "텍스트 Inference Steps (1~50, SDXL)",
)
.steps(&[1, 2])
.like("30");
/// `text_guidance_scale`
pub static TEXT_GUIDANCE_SCALE: Field = field(
    "text_guidance_scale",
    number(0.0, 20.0),
    Fallback::Number(7.0),
    "How closely the diffusion engine follows the style of the letters.",
    "텍스트 Guidance Scale (0.0~20.0)",
)
.steps(&[1, 2])
.like("7.0");
/// `composition_steps`
pub static COMPOSITION_STEPS: Field =
    field("composition_steps", integer(1, 50), Fallback::Integer(8), "Denoising steps of the last pass.", "합성 Inference Steps (1~50)")
        .like("8");
/// `composition_guidance_scale`
pub static COMPOSITION_GUIDANCE_SCALE: Field = field(
    "composition_guidance_scale",
    number(0.0, 20.0),
    Fallback::Number(3.5),
    "How closely the last pass follows its prompt.",
    "합성 Guidance Scale (0.0~20.0)",
)
.like("3.5");
/// `true_cfg_scale`
pub static TRUE_CFG_SCALE: Field = field(
    "true_cfg_scale",
    number(0.0, 20.0),
    Fallback::Number(1.0),
    "Above 1 the negative prompts of the scene, the product's placement and the last pass act, at twice the time.",
    "1보다 크면 배경, 배경 합성, 합성의 네거티브 프롬프트가 적용됩니다 (시간 2배).",
)
.like("1.0");
/// `preserve_product`
pub static PRESERVE_PRODUCT: Field = field(
    "preserve_product",
    Kind::Flag,
    Fallback::Flag(true),
    "Keep the product's own pixels and only relight them.",
    "상품 픽셀을 유지하고 조명만 맞춥니다.",
)
.steps(&[1])
.like("true");
/// `auto_unload`
pub static AUTO_UNLOAD: Field = field(
    "auto_unload",
    Kind::Flag,
    Fallback::Flag(false),
    "Free the models' memory when the job has ended.",
    "작업 후 모델을 메모리에서 내립니다.",
)
.like("false");
/// `test_mode`
pub static TEST_MODE: Field = field(
    "test_mode",
    Kind::Flag,
    Fallback::Flag(false),
    "The same as engine: draft; a placeholder stands in for a picture that cannot be read.",
    "engine: draft 와 같습니다. 읽을 수 없는 이미지는 자리표시 그림으로 대신합니다.",
)
.like("false");

/// Every field, in the order of the document.
pub static FIELDS: &[&Field] = &[
    &START_STEP,
    &TEXT_CONTENT,
    &PRODUCT_IMAGE,
    &BG_PROMPT,
    &BG_NEGATIVE_PROMPT,
    &BG_COMPOSITION_PROMPT,
    &BG_COMPOSITION_NEGATIVE_PROMPT,
    &STEP1_IMAGE,
    &TEXT_MODEL_PROMPT,
    &NEGATIVE_PROMPT,
    &FONT_NAME,
    &STEP2_IMAGE,
    &COMPOSITION_MODE,
    &TEXT_POSITION,
    &COMPOSITION_PROMPT,
    &COMPOSITION_NEGATIVE_PROMPT,
    &COMPOSITION_STRENGTH,
    &STRENGTH,
    &GUIDANCE_SCALE,
    &NUM_INFERENCE_STEPS,
    &SEED,
    &ENGINE,
    &WIDTH,
    &HEIGHT,
    &TEXT_NUM_INFERENCE_STEPS,
    &TEXT_GUIDANCE_SCALE,
    &COMPOSITION_STEPS,
    &COMPOSITION_GUIDANCE_SCALE,
    &TRUE_CFG_SCALE,
    &PRESERVE_PRODUCT,
    &AUTO_UNLOAD,
    &TEST_MODE,
    &PRODUCT_X,
    &PRODUCT_Y,
    &PRODUCT_SCALE,
    &TEXT_X,
    &TEXT_Y,
    &MASK_IMAGE,
    &FORCE_FROM_STEP,
    &STOP_STEP,
    &DRY_RUN,
];
