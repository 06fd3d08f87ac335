//! Silent fields about the product's pixels and its shadow: how the cut-out is cropped, mirrored, turned and corrected before it is placed.

use super::choices::Flip;
use super::extensions::{CAMERA_ELEVATION, MASK_IMAGE, PRODUCT_PICK_X, PRODUCT_PICK_Y};
use super::field::{Fallback, Field, Kind, field, number};
use super::step_number::StepNumber;

/// `product_rotation`
pub static PRODUCT_ROTATION: Field = field(
    "product_rotation",
    number(-180.0, 180.0),
    Fallback::Number(0.0),
    "Turns the cut-out product by these degrees, clockwise, after product_crop_left … and product_flip. Shadow and reflection follow.",
    "누끼 딴 상품을 시계 방향으로 돌리는 각도. 자르기와 뒤집기 다음에 적용되고, 그림자와 반사도 따라갑니다.",
)
.silent()
.steps(&[StepNumber::Background])
.like("12");
/// `product_flip`
pub static PRODUCT_FLIP: Field = field(
    "product_flip",
    Kind::Choice(Flip::WORDS),
    Fallback::Text(Flip::None.as_str()),
    "Mirrors the product. horizontal: left and right change places; vertical: top and bottom; both: both.",
    "상품 뒤집기 (none: 그대로, horizontal: 좌우, vertical: 상하, both: 둘 다)",
)
.silent()
.steps(&[StepNumber::Background])
.like("\"horizontal\"");
/// `product_crop_left`
pub static PRODUCT_CROP_LEFT: Field = field(
    "product_crop_left",
    number(0.0, 1.0),
    Fallback::Nothing,
    "Left edge of the part of the photo that is used, as a fraction of its width. What lies outside is cut off after the cut-out is made. \
     Null: the photo's edge.",
    "사진에서 쓸 부분의 왼쪽 (사진 너비에 대한 비율). 바깥은 누끼를 딴 뒤에 잘라 냅니다. null이면 사진 끝",
)
.silent()
.steps(&[StepNumber::Background])
.like("0.0");
/// `product_crop_top`
pub static PRODUCT_CROP_TOP: Field = field(
    "product_crop_top",
    number(0.0, 1.0),
    Fallback::Nothing,
    "Top of that part, as a fraction of the photo's height.",
    "사진에서 쓸 부분의 위쪽 (사진 높이에 대한 비율)",
)
.silent()
.steps(&[StepNumber::Background])
.like("0.0");
/// `product_crop_right`
pub static PRODUCT_CROP_RIGHT: Field = field(
    "product_crop_right",
    number(0.0, 1.0),
    Fallback::Nothing,
    "Right edge of that part, as a fraction of the photo's width.",
    "사진에서 쓸 부분의 오른쪽 (사진 너비에 대한 비율)",
)
.silent()
.steps(&[StepNumber::Background])
.like("1.0");
/// `product_crop_bottom`
pub static PRODUCT_CROP_BOTTOM: Field = field(
    "product_crop_bottom",
    number(0.0, 1.0),
    Fallback::Nothing,
    "Bottom of that part, as a fraction of the photo's height.",
    "사진에서 쓸 부분의 아래쪽 (사진 높이에 대한 비율)",
)
.silent()
.steps(&[StepNumber::Background])
.like("0.95");
/// `product_exposure`
pub static PRODUCT_EXPOSURE: Field = field(
    "product_exposure",
    number(-1.0, 1.0),
    Fallback::Number(0.0),
    "Lightens or darkens the product, in EV: 1 is twice the light. Highlights keep their detail.",
    "상품의 노출 보정 (EV, 1은 빛의 양 두 배)",
)
.silent()
.steps(&[StepNumber::Background])
.like("0.3");
/// `product_white_balance`
pub static PRODUCT_WHITE_BALANCE: Field = field(
    "product_white_balance",
    number(-1.0, 1.0),
    Fallback::Number(0.0),
    "Makes the product's colours cooler (-1) or warmer (1) at the same brightness.",
    "상품의 색온도 보정 (-1: 차갑게, 1: 따뜻하게)",
)
.silent()
.steps(&[StepNumber::Background])
.like("-0.2");
/// `shadow_strength`
pub static SHADOW_STRENGTH: Field = field(
    "shadow_strength",
    number(0.0, 2.0),
    Fallback::Number(1.0),
    "How dark the product's shadows are: 0 without any, 1 as the scene's light makes them, 2 twice as dense.",
    "상품 그림자의 진하기 (0: 없음, 1: 장면의 빛 그대로, 2: 두 배)",
)
.silent()
.steps(&[StepNumber::Background])
.like("0.8");
/// `shadow_softness`
pub static SHADOW_SOFTNESS: Field = field(
    "shadow_softness",
    number(0.0, 1.0),
    Fallback::Nothing,
    "How soft the product's cast shadow is: 0 as in hard sunlight, 1 as under an overcast sky. Null: by the scene's light.",
    "상품 그림자의 부드러움 (0: 강한 햇빛, 1: 흐린 하늘). null이면 장면의 빛을 따릅니다",
)
.silent()
.steps(&[StepNumber::Background])
.like("0.5");
/// `shadow_direction`
pub static SHADOW_DIRECTION: Field = field(
    "shadow_direction",
    number(0.0, 360.0),
    Fallback::Nothing,
    "Where the product's shadow falls on the surface, in degrees, clockwise: 0 to the right, 90 towards the viewer, 180 to the left, 270 away. \
     The product is lit from the other side. Null: by the scene's light.",
    "상품 그림자가 떨어지는 방향 (시계 방향 각도. 0: 오른쪽, 90: 앞, 180: 왼쪽, 270: 뒤). 상품은 반대쪽에서 빛을 받습니다. null이면 장면의 빛을 따릅니다",
)
.silent()
.steps(&[StepNumber::Background])
.like("160");
/// `shadow_contact`
pub static SHADOW_CONTACT: Field = field(
    "shadow_contact",
    Kind::Flag,
    Fallback::Flag(true),
    "Whether the surface is darker where the product touches it. false leaves the cast shadow alone.",
    "상품이 닿는 자리의 그림자. false이면 드리운 그림자만 남깁니다.",
)
.silent()
.steps(&[StepNumber::Background])
.like("true");

/// The fields that belong to one photo: another photo starts without them.
pub static FIELDS_OF_PHOTO: [&Field; 12] = [
    &MASK_IMAGE,
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
];
