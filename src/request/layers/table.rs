//! The table of a layer's fields, which the reader, the help and the OpenAPI schema share.

use super::super::field::{Fallback, Field, Kind, SMALL_PNG, field, integer, number};
use super::spec::{Align, LayerType, ShapeKind};

/// A field with the types of layer that have it; an empty list means every type.
pub type LayerField = (&'static Field, &'static [LayerType]);

const TEXT: &[LayerType] = &[LayerType::Text];
const SHAPE: &[LayerType] = &[LayerType::Shape];
const PICTURE: &[LayerType] = &[LayerType::Picture];
const BOXED: &[LayerType] = &[LayerType::Picture, LayerType::Shape];

pub(super) static TYPE: Field =
    field("type", Kind::Choice(LayerType::WORDS), Fallback::Nothing, "What the layer is. Required.", "레이어 종류 (필수)").like("\"text\"");
pub(super) static NAME: Field = field(
    "name",
    Kind::Label,
    Fallback::Nothing,
    "A name for editors; it does not affect the picture.",
    "사람이 알아보는 이름. 그림에는 영향을 주지 않습니다.",
)
.like("\"price\"");
pub(super) static HIDDEN: Field =
    field("hidden", Kind::Flag, Fallback::Flag(false), "Keeps the layer without drawing it.", "레이어를 남겨 두고 그리지 않습니다.")
        .like("false");
pub(super) static LOCKED: Field = field(
    "locked",
    Kind::Flag,
    Fallback::Flag(false),
    "A lock for editors; it does not affect the picture.",
    "편집기용 잠금. 그림에는 영향을 주지 않습니다.",
)
.like("false");
pub(super) static BEHIND: Field = field(
    "behind",
    Kind::Flag,
    Fallback::Flag(false),
    "Draws the layer behind product and headline, above the background. Otherwise it is above everything.",
    "상품과 광고 문구 뒤, 배경 앞에 그립니다. 아니면 모든 것 위에 그립니다.",
)
.like("false");
pub(super) static X: Field = field(
    "x",
    number(-0.5, 1.5),
    Fallback::Number(0.5),
    "Centre of the layer, as a fraction of the canvas' width.",
    "레이어 중심의 가로 위치 (캔버스 너비에 대한 비율)",
)
.like("0.5");
pub(super) static Y: Field = field(
    "y",
    number(-0.5, 1.5),
    Fallback::Number(0.5),
    "Centre of the layer, as a fraction of the canvas' height from its top.",
    "레이어 중심의 세로 위치 (캔버스 높이에 대한 비율)",
)
.like("0.9");
pub(super) static ROTATION: Field = field(
    "rotation",
    number(-360.0, 360.0),
    Fallback::Number(0.0),
    "Degrees, clockwise, about the centre.",
    "중심을 기준으로 시계 방향 회전 각도",
)
.like("-8");
pub(super) static OPACITY: Field = field(
    "opacity",
    number(0.0, 1.0),
    Fallback::Number(1.0),
    "Opacity of the layer including its shadow: 0 is invisible, 1 opaque.",
    "불투명도 (0: 투명, 1: 불투명)",
)
.like("1.0");

static SHADOW_COLOR: Field = field("color", Kind::Color, Fallback::Text("#000000"), "Colour.", "색").like("\"#000000\"");
static SHADOW_OPACITY: Field = field("opacity", number(0.0, 1.0), Fallback::Number(0.35), "Opacity.", "진하기").like("0.35");
static SHADOW_X: Field = field(
    "x",
    number(-0.1, 0.1),
    Fallback::Number(0.0),
    "Offset to the right, as a fraction of the canvas' height.",
    "오른쪽으로 옮긴 거리 (캔버스 높이 비율)",
)
.like("0.0");
static SHADOW_Y: Field = field(
    "y",
    number(-0.1, 0.1),
    Fallback::Number(0.006),
    "Offset downwards, as a fraction of the canvas' height.",
    "아래로 옮긴 거리 (캔버스 높이 비율)",
)
.like("0.006");
static SHADOW_BLUR: Field =
    field("blur", number(0.0, 0.05), Fallback::Number(0.01), "Softness, as a fraction of the canvas' height.", "흐림 (캔버스 높이 비율)")
        .like("0.01");
pub(super) static SHADOW_FIELDS: &[&Field] = &[&SHADOW_COLOR, &SHADOW_OPACITY, &SHADOW_X, &SHADOW_Y, &SHADOW_BLUR];
pub(super) static SHADOW: Field =
    field("shadow", Kind::Section(SHADOW_FIELDS), Fallback::Nothing, "A soft shadow; omit it for none.", "그림자. 없으면 그리지 않습니다.")
        .like("true");

pub(super) static TEXT_TEXT: Field =
    field("text", Kind::LayerText, Fallback::Nothing, "The text. Required unless runs are sent.", "문구. runs가 없으면 필수입니다.")
        .like("\"2,980원\"");
pub(super) static FONT_NAME: Field = field(
    "font_name",
    Kind::Font,
    Fallback::Computed("the configured font, by default NanumSquare/NanumSquareEB.ttf"),
    "Font of the letters; GET /fonts lists the names.",
    "글꼴 (GET /fonts 참조)",
)
.like("null");
pub(super) static SIZE: Field = field(
    "size",
    number(0.005, 1.0),
    Fallback::Number(0.06),
    "Type size (em), as a fraction of the canvas' height.",
    "글자 크기 (캔버스 높이에 대한 비율)",
)
.like("0.07");
pub(super) static COLOR: Field =
    field("color", Kind::Color, Fallback::Text("#111111"), "Colour of the letters.", "글자 색").like("\"#E53935\"");
pub(super) static LINE_HEIGHT: Field = field(
    "line_height",
    number(0.5, 4.0),
    Fallback::Number(1.25),
    "Distance between baselines, as a multiple of size.",
    "줄 간격 (글자 크기의 배수)",
)
.like("1.25");
pub(super) static LETTER_SPACING: Field = field(
    "letter_spacing",
    number(-0.2, 2.0),
    Fallback::Number(0.0),
    "Additional distance of the letters, as a multiple of size. Letters that join, as in Arabic, stay together.",
    "자간 (글자 크기의 배수). 아랍 문자처럼 이어 쓰는 글자는 벌어지지 않습니다.",
)
.like("0.0");
pub(super) static ALIGN: Field = field(
    "align",
    Kind::Choice(Align::WORDS),
    Fallback::Text(Align::Center.as_str()),
    "Alignment of the lines within the text's box.",
    "상자 안의 정렬",
)
.like("\"center\"");
pub(super) static WIDTH: Field = field(
    "width",
    number(0.001, 2.0),
    Fallback::Computed("text: none; picture: 0.2 unless height is sent; shape: 0.3"),
    "As a fraction of the canvas' width. Text: lines are broken at this width; without it, only where the text breaks them. Picture: it fits into \
     width and height and keeps its proportions.",
    "너비 (캔버스 너비에 대한 비율). 문구는 이 너비에서 줄을 바꿉니다. 그림은 비율을 지키며 너비와 높이 안에 맞춥니다.",
)
.like("0.4");
pub(super) static HEIGHT: Field = field(
    "height",
    number(0.001, 2.0),
    Fallback::Computed("picture: by its proportions; shape: 0.1, for a line 0.006"),
    "As a fraction of the canvas' height. Line: its thickness.",
    "높이 (캔버스 높이에 대한 비율). 선은 두께입니다.",
)
.like("0.1");
pub(super) static BORDER_COLOR: Field = field("color", Kind::Color, Fallback::Text("#FFFFFF"), "Colour.", "색").like("\"#FFFFFF\"");
pub(super) static BORDER_WIDTH: Field =
    field("width", number(0.0005, 0.1), Fallback::Number(0.005), "Width, as a fraction of the canvas' height.", "두께 (캔버스 높이 비율)")
        .like("0.005");
pub(super) static BORDER_FIELDS: &[&Field] = &[&BORDER_COLOR, &BORDER_WIDTH];
pub(super) static OUTLINE: Field = field(
    "outline",
    Kind::Section(BORDER_FIELDS),
    Fallback::Nothing,
    "A line around the letters; omit it for none.",
    "글자 외곽선. 없으면 그리지 않습니다.",
)
.like("true");
static PLATE_COLOR: Field = field("color", Kind::Color, Fallback::Text("#FFFFFF"), "Colour.", "색").like("\"#FFFFFF\"");
static PLATE_OPACITY: Field = field("opacity", number(0.0, 1.0), Fallback::Number(1.0), "Opacity.", "불투명도").like("0.9");
static PLATE_PADDING: Field = field(
    "padding",
    number(0.0, 0.2),
    Fallback::Number(0.015),
    "Distance from the text to the upper and lower edge, as a fraction of the canvas' height; 1.5 times as much at the sides.",
    "글자와 가장자리 사이 거리 (캔버스 높이 비율, 좌우는 1.5배)",
)
.like("0.015");
static PLATE_RADIUS: Field = field(
    "radius",
    number(0.0, 0.5),
    Fallback::Number(0.2),
    "Radius of the corners, as a fraction of the shorter side.",
    "모서리 반지름 (짧은 변 비율)",
)
.like("0.2");
pub(super) static PLATE_FIELDS: &[&Field] = &[&PLATE_COLOR, &PLATE_OPACITY, &PLATE_PADDING, &PLATE_RADIUS];
pub(super) static PLATE: Field = field(
    "plate",
    Kind::Section(PLATE_FIELDS),
    Fallback::Nothing,
    "A plate behind the letters; omit it for none.",
    "글자 뒤 판. 없으면 그리지 않습니다.",
)
.like("true");
pub(super) static RUN_TEXT: Field =
    field("text", Kind::LayerText, Fallback::Nothing, "This part of the text. Required.", "이 부분의 문구 (필수)").like("\"2,980\"");
pub(super) static RUN_COLOR: Field =
    field("color", Kind::Color, Fallback::Computed("the layer's"), "Colour of this part.", "이 부분의 색").like("\"#E53935\"");
pub(super) static RUN_FONT: Field =
    field("font_name", Kind::Font, Fallback::Computed("the layer's"), "Font of this part.", "이 부분의 글꼴").like("null");
pub(super) static RUN_SCALE: Field = field(
    "scale",
    number(0.2, 4.0),
    Fallback::Number(1.0),
    "Size of this part, as a multiple of size.",
    "이 부분의 크기 (글자 크기의 배수)",
)
.like("1.4");
pub(super) static RUN_FIELDS: &[&Field] = &[&RUN_TEXT, &RUN_COLOR, &RUN_FONT, &RUN_SCALE];
pub(super) static RUNS: Field = field(
    "runs",
    Kind::List(RUN_FIELDS),
    Fallback::Nothing,
    "Instead of text: parts in order, each with its own colour, font or size. They are joined without spaces.",
    "text 대신: 색, 글꼴, 크기가 다른 부분들. 공백 없이 이어집니다.",
)
.like("null");

pub(super) static IMAGE: Field = field(
    "image",
    Kind::LayerImage,
    Fallback::Nothing,
    "The picture: a logo, sticker or photo. Required.",
    "그림 (로고, 스티커, 사진; 필수)",
)
.like(SMALL_PNG);
pub(super) static RADIUS: Field = field(
    "radius",
    number(0.0, 0.5),
    Fallback::Computed("picture: 0; rounded: 0.25"),
    "Radius of the corners, as a fraction of the shorter side; 0.5 makes round ends.",
    "모서리 반지름 (짧은 변 비율, 0.5는 반원)",
)
.like("0.25");

pub(super) static SHAPE_KIND: Field = field(
    "shape",
    Kind::Choice(ShapeKind::WORDS),
    Fallback::Text(ShapeKind::Rectangle.as_str()),
    "The outline; burst is a star with many points, as on price badges.",
    "모양 (burst는 가격표에 쓰는 별 모양)",
)
.like("\"rectangle\"");
pub(super) static FILL: Field = field(
    "fill",
    Kind::Color,
    Fallback::Nothing,
    "Colour of the inside. Required unless border is sent.",
    "채우는 색. border가 없으면 필수입니다.",
)
.like("\"#00C73C\"");
pub(super) static BORDER: Field = field(
    "border",
    Kind::Section(BORDER_FIELDS),
    Fallback::Nothing,
    "A line along the edge, inside the shape; omit it for none.",
    "테두리. 없으면 그리지 않습니다.",
)
.like("true");
pub(super) static POINTS: Field =
    field("points", integer(3, 60), Fallback::Integer(16), "Number of points of a burst.", "burst의 꼭짓점 수").like("16");
pub(super) static DEPTH: Field = field(
    "depth",
    number(0.02, 0.9),
    Fallback::Number(0.14),
    "Depth of a burst's notches, as a fraction of its radius.",
    "burst의 홈 깊이 (반지름 비율)",
)
.like("0.14");

/// Every field of a layer, in the order of the documentation.
pub static FIELDS: &[LayerField] = &[
    (&TYPE, &[]),
    (&X, &[]),
    (&Y, &[]),
    (&ROTATION, &[]),
    (&OPACITY, &[]),
    (&BEHIND, &[]),
    (&HIDDEN, &[]),
    (&LOCKED, &[]),
    (&NAME, &[]),
    (&SHADOW, &[]),
    (&WIDTH, &[]),
    (&HEIGHT, BOXED),
    (&TEXT_TEXT, TEXT),
    (&RUNS, TEXT),
    (&FONT_NAME, TEXT),
    (&SIZE, TEXT),
    (&COLOR, TEXT),
    (&LINE_HEIGHT, TEXT),
    (&LETTER_SPACING, TEXT),
    (&ALIGN, TEXT),
    (&OUTLINE, TEXT),
    (&PLATE, TEXT),
    (&IMAGE, PICTURE),
    (&RADIUS, BOXED),
    (&SHAPE_KIND, SHAPE),
    (&FILL, SHAPE),
    (&BORDER, SHAPE),
    (&POINTS, SHAPE),
    (&DEPTH, SHAPE),
];
