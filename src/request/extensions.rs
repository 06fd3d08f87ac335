//! Fields beyond the original document that are silent: they appear in a job's parameters only if they were sent, so old clients see
//! unchanged answers.

use super::choices::ModelChoice;
use super::field::{Fallback, Field, Kind, SMALL_PNG, field, integer, number};
use super::step_number::StepNumber;

/// `product_x`
pub static PRODUCT_X: Field = field(
    "product_x",
    number(0.0, 1.0),
    Fallback::Nothing,
    "Where the centre of the product's box stands, as a fraction of the canvas' width. Null: in the middle.",
    "상품 중심의 가로 위치 (캔버스 너비에 대한 비율, null이면 자동)",
)
.silent()
.steps(&[StepNumber::Background])
.like("0.5");
/// `product_y`
pub static PRODUCT_Y: Field = field(
    "product_y",
    number(0.0, 1.0),
    Fallback::Nothing,
    "Where the product's foot stands, as a fraction of the canvas' height from its top. Null: on the surface of the scene.",
    "상품 바닥의 세로 위치 (캔버스 높이에 대한 비율, null이면 자동)",
)
.silent()
.steps(&[StepNumber::Background])
.like("0.85");
/// `product_scale`
pub static PRODUCT_SCALE: Field = field(
    "product_scale",
    number(0.1, 4.0),
    Fallback::Number(1.0),
    "The product's size as a multiple of the automatic one. What leaves the canvas is cut off.",
    "자동 크기에 대한 상품 크기 배율 (0.1~4.0)",
)
.silent()
.steps(&[StepNumber::Background])
.like("1.0");
/// `text_x`
pub static TEXT_X: Field = field(
    "text_x",
    number(0.0, 1.0),
    Fallback::Nothing,
    "Where the centre of the letters stands, as a fraction of the canvas' width; they stay whole. Null: as step 2 laid them out.",
    "글자 중심의 가로 위치 (캔버스 너비에 대한 비율, null이면 자동)",
)
.silent()
.like("0.5");
/// `text_y`
pub static TEXT_Y: Field = field(
    "text_y",
    number(0.0, 1.0),
    Fallback::Nothing,
    "Where the centre of the letters stands, as a fraction of the canvas' height from its top; they stay whole. Null: by text_position.",
    "글자 중심의 세로 위치 (캔버스 높이에 대한 비율, null이면 text_position을 따릅니다)",
)
.silent()
.like("0.2");
/// `text_scale`
pub static TEXT_SCALE: Field = field(
    "text_scale",
    number(0.2, 1.0),
    Fallback::Number(1.0),
    "Size of the letters as a fraction of the largest one that fits the canvas.",
    "캔버스에 들어가는 가장 큰 글자 크기에 대한 비율 (0.2~1.0)",
)
.silent()
.steps(&[StepNumber::Background, StepNumber::Text])
.like("0.6");
/// `mask_image`
pub static MASK_IMAGE: Field = field(
    "mask_image",
    Kind::Image,
    Fallback::Nothing,
    "A corrected cut-out mask for product_image, used instead of the automatic one: white (or opaque) is product. Same shape as the photo; \
     another size is resized to it.",
    "상품 마스크 (Base64). 흰색 또는 불투명한 부분이 상품입니다. 자동 누끼 대신 사용합니다.",
)
.silent()
.steps(&[StepNumber::Background])
.like(SMALL_PNG);
/// `force_from_step`
pub static FORCE_FROM_STEP: Field = field(
    "force_from_step",
    integer(1, 3),
    Fallback::Nothing,
    "Run this step and later ones even if an earlier job has finished them with the same inputs.",
    "같은 입력의 이전 결과가 있어도 이 단계부터 다시 실행합니다 (1~3)",
)
.silent()
.like("1");
/// `stop_step`
pub static STOP_STEP: Field = field(
    "stop_step",
    integer(1, 3),
    Fallback::Nothing,
    "The last step to run, not below start_step. The result of that step is the final one; steps after it have none.",
    "마지막으로 실행할 단계 (1~3, start_step 이상). 그 단계의 결과가 최종 결과입니다.",
)
.silent()
.like("2");
/// `dry_run`
pub static DRY_RUN: Field = field(
    "dry_run",
    Kind::Flag,
    Fallback::Flag(false),
    "Only tell which steps would run, which are there already and how long it would take. Nothing is made, and a running job does not matter.",
    "실행하지 않고 단계별 계획과 예상 시간만 알려줍니다.",
)
.silent()
.like("true");
/// `layers`
pub static LAYERS: Field = field(
    "layers",
    Kind::Layers,
    Fallback::Nothing,
    "Texts, pictures and shapes on the advertisement, lowest first. They are drawn above everything, or behind product and headline.",
    "광고 위에 놓는 문구, 그림, 도형의 목록. 앞의 것이 아래에 놓입니다.",
)
.silent()
.like("[{\"type\": \"text\", \"text\": \"SALE\", \"size\": 0.07, \"color\": \"#E53935\", \"x\": 0.5, \"y\": 0.9}]");
/// `background_color`
pub static BACKGROUND_COLOR: Field = field(
    "background_color",
    Kind::Color,
    Fallback::Nothing,
    "A plain background of exactly this colour instead of a painted scene; the product casts a soft shadow on it.",
    "장면 대신 쓰는 단색 배경. 결과의 배경이 정확히 이 색이 됩니다.",
)
.silent()
.like("\"#00C73C\"");
/// `background_image`
pub static BACKGROUND_IMAGE: Field = field(
    "background_image",
    Kind::Image,
    Fallback::Nothing,
    "An own picture instead of a painted scene: scaled to cover the canvas, its centre is kept.",
    "장면 대신 쓰는 배경 그림 (Base64). 캔버스를 채우도록 크기를 맞추고 가운데를 씁니다.",
)
.silent()
.steps(&[StepNumber::Background])
.like(SMALL_PNG);
/// `model`
pub static MODEL: Field = field(
    "model",
    Kind::Choice(ModelChoice::WORDS),
    Fallback::Text(ModelChoice::Auto.as_str()),
    "Models of the diffusion engine. auto: FLUX.1 with SDXL if both are installed and fit, else FLUX.2 klein; flux1, flux2-klein: these or an error.",
    "확산 엔진의 모델 (auto: 설치되어 있고 메모리에 맞는 것, flux1: FLUX.1과 SDXL, flux2-klein: FLUX.2 klein, 없으면 오류)",
)
.silent()
.like("\"flux2-klein\"");
