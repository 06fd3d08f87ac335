//! Every field of `POST /generate`, once: the parser, `GET /help/parameters` and the OpenAPI schema read this table.

use super::choices::{BackendChoice, CompositionMode, TextPosition};
use super::defaults::{
    DEFAULT_BG_COMPOSITION, DEFAULT_BG_COMPOSITION_NEGATIVE, DEFAULT_BG_NEGATIVE, DEFAULT_BG_PROMPT, DEFAULT_TEXT_NEGATIVE,
    DEFAULT_TEXT_STYLE,
};
use super::field::{SMALL_PNG, field, integer, number};
use super::step_number::StepNumber;

pub use super::extensions::*;
pub use super::field::{Fallback, Field, Kind, TRANSPARENT};
pub use super::product_fields::*;
pub use crate::limits::{MAX_SIDE, MAX_TEXT_CHARS, MIN_SIDE};

/// Most characters of a prompt.
pub const MAX_PROMPT_CHARS: usize = 2000;

/// Fields that clients of the original system send and that have no effect here. They are accepted without a warning.
pub const IGNORED: &[&str] = &["bg_model"];

const SIDE: Kind = integer(MIN_SIDE as u64, MAX_SIDE as u64);
/// A prompt whose default applies when it is blank.
const PROMPT: Kind = Kind::Prompt { may_be_blank: false };
/// A prompt that may be empty.
const OPTIONAL_PROMPT: Kind = Kind::Prompt { may_be_blank: true };

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
    Kind::Text,
    Fallback::Nothing,
    "The slogan. Null or blank: only the background step runs and its result is the final one.",
    "광고 텍스트 (null이면 배경만 생성)",
)
.required(&[StepNumber::Text])
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
.steps(&[StepNumber::Background])
.like(SMALL_PNG);
/// `bg_prompt`
pub static BG_PROMPT: Field = field(
    "bg_prompt",
    PROMPT,
    Fallback::Text(DEFAULT_BG_PROMPT),
    "The scene: place, light, materials. English or Korean.",
    "배경 생성 프롬프트 (장소, 조명, 재질). 영어 또는 한국어",
)
.steps(&[StepNumber::Background])
.like("\"luxury hotel lobby with warm lighting and marble floor\"");
/// `bg_negative_prompt`
pub static BG_NEGATIVE_PROMPT: Field = field(
    "bg_negative_prompt",
    OPTIONAL_PROMPT,
    Fallback::Text(DEFAULT_BG_NEGATIVE),
    "What the scene should not have.",
    "배경 네거티브 프롬프트",
)
.steps(&[StepNumber::Background])
.like("\"people, text, watermark\"");
/// `bg_composition_prompt`
pub static BG_COMPOSITION_PROMPT: Field = field(
    "bg_composition_prompt",
    PROMPT,
    Fallback::Text(DEFAULT_BG_COMPOSITION),
    "How the product is put into the scene.",
    "배경 합성 프롬프트 (상품과 배경의 합성 방식)",
)
.steps(&[StepNumber::Background])
.like("\"standing on the table, soft contact shadow\"");
/// `bg_composition_negative_prompt`
pub static BG_COMPOSITION_NEGATIVE_PROMPT: Field = field(
    "bg_composition_negative_prompt",
    OPTIONAL_PROMPT,
    Fallback::Text(DEFAULT_BG_COMPOSITION_NEGATIVE),
    "What to avoid when the product is put into the scene.",
    "배경 합성 네거티브 프롬프트",
)
.steps(&[StepNumber::Background])
.like("\"floating, hard edges\"");
/// `step1_image`
pub static STEP1_IMAGE: Field = field(
    "step1_image",
    Kind::Image,
    Fallback::Nothing,
    "The result of step 1 (`step1_result` of an earlier job).",
    "Step 1 결과 (Base64, start_step≥2일 때 필수)",
)
.steps(&[StepNumber::Text, StepNumber::Composite])
.required(&[StepNumber::Text, StepNumber::Composite])
.like(SMALL_PNG);
/// `text_model_prompt`
pub static TEXT_MODEL_PROMPT: Field = field(
    "text_model_prompt",
    PROMPT,
    Fallback::Text(DEFAULT_TEXT_STYLE),
    "Material and look of the letters: gold, chrome, neon, glass, stone, balloon, flat, outlined, embossed, neon tube, paper-cut, hand-painted... Colours by name or as #RRGGBB.",
    "3D 텍스트 스타일 프롬프트 (재질과 느낌)",
)
.alias(&["text_prompt"])
.steps(&[StepNumber::Background, StepNumber::Text])
.like("\"silver metallic 3D text with shadow and reflection\"");
/// `negative_prompt`
pub static NEGATIVE_PROMPT: Field = field(
    "negative_prompt",
    OPTIONAL_PROMPT,
    Fallback::Text(DEFAULT_TEXT_NEGATIVE),
    "What the letters should not look like.",
    "텍스트 네거티브 프롬프트",
)
.alias(&["text_negative_prompt"])
.steps(&[StepNumber::Background, StepNumber::Text])
.like("\"flat, blurry\"");
/// `font_name`
pub static FONT_NAME: Field = field(
    "font_name",
    Kind::Font,
    Fallback::Computed("the configured font, by default NanumSquare/NanumSquareEB.ttf"),
    "The face of the letters.",
    "폰트 파일 경로 (GET /fonts 참조)",
)
.steps(&[StepNumber::Background, StepNumber::Text])
.like("\"NanumSquare/NanumSquareB.ttf\"");
/// `step2_image`
pub static STEP2_IMAGE: Field = field(
    "step2_image",
    Kind::Image,
    Fallback::Nothing,
    "The result of step 2 (`step2_result` of an earlier job): letters on a transparent canvas.",
    "Step 2 결과 (Base64, start_step=3일 때 필수, 투명 배경 필요)",
)
.steps(&[StepNumber::Composite])
.required(&[StepNumber::Composite])
.like(SMALL_PNG);
/// `composition_mode`
pub static COMPOSITION_MODE: Field = field(
    "composition_mode",
    Kind::Choice(CompositionMode::WORDS),
    Fallback::Text(CompositionMode::Overlay.as_str()),
    "overlay: above everything; blend: matched in light and colour to the picture; behind: behind the product.",
    "합성 모드 (overlay: 명확하게 위에, blend: 자연스럽게 통합, behind: 상품 뒤)",
)
.like("\"overlay\"");
/// `text_position`
pub static TEXT_POSITION: Field = field(
    "text_position",
    Kind::Choice(TextPosition::WORDS),
    Fallback::Text(TextPosition::Top.as_str()),
    "Where the text stands; auto: where it reads best and hides least.",
    "텍스트 위치 (top: 상단, center: 중앙, bottom: 하단, auto: 자동)",
)
.like("\"top\"");
/// `composition_prompt`
pub static COMPOSITION_PROMPT: Field = field(
    "composition_prompt",
    OPTIONAL_PROMPT,
    Fallback::Nothing,
    "Prompt for the harmonisation pass.",
    "글자와 그림을 어울리게 다듬는 과정의 프롬프트",
)
.like("\"warm evening light on the letters\"");
/// `composition_negative_prompt`
pub static COMPOSITION_NEGATIVE_PROMPT: Field =
    field("composition_negative_prompt", OPTIONAL_PROMPT, Fallback::Nothing, "What the last pass should avoid.", "합성 네거티브 프롬프트")
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
.steps(&[StepNumber::Background])
.like("0.6");
/// `guidance_scale`
pub static GUIDANCE_SCALE: Field = field(
    "guidance_scale",
    number(0.0, 20.0),
    Fallback::Number(3.5),
    "How closely the diffusion engine follows the scene's prompt.",
    "Guidance Scale (0.0~20.0)",
)
.steps(&[StepNumber::Background])
.like("3.5");
/// `num_inference_steps`
pub static NUM_INFERENCE_STEPS: Field = field(
    "num_inference_steps",
    integer(1, 50),
    Fallback::Integer(4),
    "Denoising steps of the scene (FLUX).",
    "Inference Steps (1~50, FLUX)",
)
.steps(&[StepNumber::Background])
.like("4");
/// `seed`
pub static SEED: Field = field(
    "seed",
    Kind::Seed,
    Fallback::Computed("random; GET /status returns it"),
    "Same request, seed and engine: same pixels. -1 draws one at random.",
    "시드. 같은 요청과 시드는 같은 결과를 만듭니다. -1은 무작위입니다.",
)
.like("42");
/// `engine`
pub static ENGINE: Field = field(
    "engine",
    Kind::Choice(BackendChoice::WORDS),
    Fallback::Text(BackendChoice::Auto.as_str()),
    "auto: diffusion if models and a GPU are available, else draft; draft: the embedded CPU engine; diffusion: the diffusion models or an error.",
    "엔진 (auto: 모델과 GPU가 있으면 diffusion, 없으면 draft, draft: 내장 CPU 엔진, diffusion: 확산 모델, 없으면 오류)",
)
.like("\"auto\"");
/// `width`
pub static WIDTH: Field = field(
    "width",
    SIDE,
    Fallback::Computed("1024; from start_step 2 on the width of step1_image"),
    "Width of the advertisement in pixels.",
    "광고 이미지 너비 (픽셀)",
)
.like("1024");
/// `height`
pub static HEIGHT: Field = field(
    "height",
    SIDE,
    Fallback::Computed("1024; from start_step 2 on the height of step1_image"),
    "Height of the advertisement in pixels.",
    "광고 이미지 높이 (픽셀)",
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
.steps(&[StepNumber::Background, StepNumber::Text])
.like("30");
/// `text_guidance_scale`
pub static TEXT_GUIDANCE_SCALE: Field = field(
    "text_guidance_scale",
    number(0.0, 20.0),
    Fallback::Number(7.0),
    "How closely the diffusion engine follows the style of the letters.",
    "텍스트 Guidance Scale (0.0~20.0)",
)
.steps(&[StepNumber::Background, StepNumber::Text])
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
.steps(&[StepNumber::Background])
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
    &PRODUCT_LEFT,
    &PRODUCT_TOP,
    &PRODUCT_RIGHT,
    &PRODUCT_BOTTOM,
    &TEXT_X,
    &TEXT_Y,
    &TEXT_SCALE,
    &CAMERA_ELEVATION,
    &PRODUCT_PICK_X,
    &PRODUCT_PICK_Y,
    &PRODUCT_ROTATION,
    &PRODUCT_FLIP,
    &PRODUCT_CROP_LEFT,
    &PRODUCT_CROP_TOP,
    &PRODUCT_CROP_RIGHT,
    &PRODUCT_CROP_BOTTOM,
    &PRODUCT_EXPOSURE,
    &PRODUCT_WHITE_BALANCE,
    &SHADOW_STRENGTH,
    &SHADOW_SOFTNESS,
    &SHADOW_DIRECTION,
    &SHADOW_CONTACT,
    &MASK_IMAGE,
    &FORCE_FROM_STEP,
    &STOP_STEP,
    &DRY_RUN,
    &LAYERS,
    &BACKGROUND_COLOR,
    &BACKGROUND_IMAGE,
    &MODEL,
];
