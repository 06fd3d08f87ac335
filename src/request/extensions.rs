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
/// `product_left`
pub static PRODUCT_LEFT: Field = field(
    "product_left",
    number(0.0, 1.0),
    Fallback::Nothing,
    "Left edge of the area in which the product is placed where product_x is absent, as a fraction of the canvas' width. Null: the canvas.",
    "상품을 자동으로 놓을 영역의 왼쪽 (캔버스 너비에 대한 비율, null이면 캔버스)",
)
.silent()
.steps(&[StepNumber::Background])
.like("0.05");
/// `product_top`
pub static PRODUCT_TOP: Field = field(
    "product_top",
    number(0.0, 1.0),
    Fallback::Nothing,
    "Top of that area, as a fraction of the canvas' height.",
    "상품을 자동으로 놓을 영역의 위쪽 (캔버스 높이에 대한 비율)",
)
.silent()
.steps(&[StepNumber::Background])
.like("0.4");
/// `product_right`
pub static PRODUCT_RIGHT: Field = field(
    "product_right",
    number(0.0, 1.0),
    Fallback::Nothing,
    "Right edge of that area, as a fraction of the canvas' width.",
    "상품을 자동으로 놓을 영역의 오른쪽 (캔버스 너비에 대한 비율)",
)
.silent()
.steps(&[StepNumber::Background])
.like("0.95");
/// `product_bottom`
pub static PRODUCT_BOTTOM: Field = field(
    "product_bottom",
    number(0.0, 1.0),
    Fallback::Nothing,
    "Bottom of that area, as a fraction of the canvas' height. The product is as large as the area allows and stands near its bottom.",
    "상품을 자동으로 놓을 영역의 아래쪽 (캔버스 높이에 대한 비율). 상품은 영역에 맞는 크기로 바닥 가까이에 섭니다.",
)
.silent()
.steps(&[StepNumber::Background])
.like("0.92");
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
/// `camera_elevation`
pub static CAMERA_ELEVATION: Field = field(
    "camera_elevation",
    number(0.0, 90.0),
    Fallback::Nothing,
    "From how high the scene is seen, in degrees: 0 at eye level, 90 from straight above. Null: as the product's photo was taken.",
    "장면을 내려다보는 각도 (0: 눈높이, 90: 바로 위). null이면 상품 사진에 맞춥니다",
)
.silent()
.steps(&[StepNumber::Background])
.like("20");
/// `product_pick_x`
pub static PRODUCT_PICK_X: Field = field(
    "product_pick_x",
    number(0.0, 1.0),
    Fallback::Nothing,
    "Keeps only the product at this point of the photo, as a fraction of its width, where the photo shows several. Null: with \
     product_pick_y the middle, else all are kept.",
    "사진에 상품이 여럿일 때 남길 상품의 가로 위치 (사진 너비에 대한 비율). null이면 모두 남깁니다",
)
.silent()
.steps(&[StepNumber::Background])
.like("0.3");
/// `product_pick_y`
pub static PRODUCT_PICK_Y: Field = field(
    "product_pick_y",
    number(0.0, 1.0),
    Fallback::Nothing,
    "Keeps only the product at this point of the photo, as a fraction of its height from the top. Null: with product_pick_x the middle, \
     else all are kept.",
    "사진에 상품이 여럿일 때 남길 상품의 세로 위치 (사진 높이에 대한 비율). null이면 모두 남깁니다",
)
.silent()
.steps(&[StepNumber::Background])
.like("0.5");
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
    Kind::Background,
    Fallback::Nothing,
    "A plain background of exactly this colour instead of a painted scene; the product casts a soft shadow on it. transparent: none; the \
     pictures of steps 1 and 3 have an alpha channel, and the shadow is a translucent black.",
    "장면 대신 쓰는 단색 배경. 결과의 배경이 정확히 이 색이 됩니다. transparent: 배경 없음. 1단계와 3단계의 결과가 투명한 PNG가 됩니다.",
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
