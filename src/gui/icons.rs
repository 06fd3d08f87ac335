//! Lucide icons (ISC), as glyphs of the embedded subset `assets/icons/lucide-subset.ttf`.

/// The embedded icon font.
pub static FONT: &[u8] = include_bytes!("../../assets/icons/lucide-subset.ttf");

/// lucide `align-center-horizontal`
pub const ALIGN_CENTER_HORIZONTAL: &str = "\u{e26c}";
/// lucide `align-center-vertical`
pub const ALIGN_CENTER_VERTICAL: &str = "\u{e26d}";
/// lucide `align-end-horizontal`
pub const ALIGN_END_HORIZONTAL: &str = "\u{e26e}";
/// lucide `align-end-vertical`
pub const ALIGN_END_VERTICAL: &str = "\u{e26f}";
/// lucide `align-horizontal-distribute-center`
pub const ALIGN_HORIZONTAL_DISTRIBUTE_CENTER: &str = "\u{e03c}";
/// lucide `align-start-horizontal`
pub const ALIGN_START_HORIZONTAL: &str = "\u{e270}";
/// lucide `align-start-vertical`
pub const ALIGN_START_VERTICAL: &str = "\u{e271}";
/// lucide `align-vertical-distribute-center`
pub const ALIGN_VERTICAL_DISTRIBUTE_CENTER: &str = "\u{e27e}";
/// lucide `archive-restore`
pub const ARCHIVE_RESTORE: &str = "\u{e2cd}";
/// lucide `arrow-down`
pub const ARROW_DOWN: &str = "\u{e042}";
/// lucide `arrow-down-to-line`
pub const ARROW_DOWN_TO_LINE: &str = "\u{e455}";
/// lucide `arrow-up`
pub const ARROW_UP: &str = "\u{e04a}";
/// lucide `arrow-up-to-line`
pub const ARROW_UP_TO_LINE: &str = "\u{e45b}";
/// lucide `brush`
pub const BRUSH: &str = "\u{e1d3}";
/// lucide `check`
pub const CHECK: &str = "\u{e06c}";
/// lucide `chevron-down`
pub const CHEVRON_DOWN: &str = "\u{e06d}";
/// lucide `chevron-left`
pub const CHEVRON_LEFT: &str = "\u{e06e}";
/// lucide `chevron-right`
pub const CHEVRON_RIGHT: &str = "\u{e06f}";
/// lucide `circle-check`
pub const CIRCLE_CHECK: &str = "\u{e226}";
/// lucide `circle-stop`
pub const CIRCLE_STOP: &str = "\u{e083}";
/// lucide `clipboard-paste`
pub const CLIPBOARD_PASTE: &str = "\u{e3e8}";
/// lucide `clock`
pub const CLOCK: &str = "\u{e087}";
/// lucide `coffee`
pub const COFFEE: &str = "\u{e096}";
/// lucide `columns-2`
pub const COLUMNS_2: &str = "\u{e098}";
/// lucide `command`
pub const COMMAND: &str = "\u{e09a}";
/// lucide `copy`
pub const COPY: &str = "\u{e09e}";
/// lucide `dices`
pub const DICES: &str = "\u{e2c5}";
/// lucide `download`
pub const DOWNLOAD: &str = "\u{e0b2}";
/// lucide `ellipsis`
pub const ELLIPSIS: &str = "\u{e0b6}";
/// lucide `eye`
pub const EYE: &str = "\u{e0ba}";
/// lucide `eye-off`
pub const EYE_OFF: &str = "\u{e0bb}";
/// lucide `folder`
pub const FOLDER: &str = "\u{e0d7}";
/// lucide `folder-open`
pub const FOLDER_OPEN: &str = "\u{e247}";
/// lucide `folder-plus`
pub const FOLDER_PLUS: &str = "\u{e0d9}";
/// lucide `grid-2x2`
pub const GRID_2X2: &str = "\u{e4ff}";
/// lucide `grip-vertical`
pub const GRIP_VERTICAL: &str = "\u{e0eb}";
/// lucide `history`
pub const HISTORY: &str = "\u{e1f5}";
/// lucide `image`
pub const IMAGE: &str = "\u{e0f6}";
/// lucide `image-plus`
pub const IMAGE_PLUS: &str = "\u{e1f7}";
/// lucide `info`
pub const INFO: &str = "\u{e0f9}";
/// lucide `keyboard`
pub const KEYBOARD: &str = "\u{e284}";
/// lucide `languages`
pub const LANGUAGES: &str = "\u{e0fe}";
/// lucide `layers`
pub const LAYERS: &str = "\u{e529}";
/// lucide `list-start`
pub const LIST_START: &str = "\u{e2e1}";
/// lucide `lock`
pub const LOCK: &str = "\u{e10b}";
/// lucide `lock-open`
pub const LOCK_OPEN: &str = "\u{e10c}";
/// lucide `maximize`
pub const MAXIMIZE: &str = "\u{e112}";
/// lucide `minus`
pub const MINUS: &str = "\u{e11c}";
/// lucide `moon`
pub const MOON: &str = "\u{e11e}";
/// lucide `move`
pub const MOVE: &str = "\u{e121}";
/// lucide `notebook-pen`
pub const NOTEBOOK_PEN: &str = "\u{e596}";
/// lucide `package`
pub const PACKAGE: &str = "\u{e129}";
/// lucide `palette`
pub const PALETTE: &str = "\u{e1dd}";
/// lucide `play`
pub const PLAY: &str = "\u{e13c}";
/// lucide `plus`
pub const PLUS: &str = "\u{e13d}";
/// lucide `power`
pub const POWER: &str = "\u{e140}";
/// lucide `ratio`
pub const RATIO: &str = "\u{e4e8}";
/// lucide `redo-2`
pub const REDO_2: &str = "\u{e2a0}";
/// lucide `refresh-cw`
pub const REFRESH_CW: &str = "\u{e145}";
/// lucide `rotate-ccw`
pub const ROTATE_CCW: &str = "\u{e148}";
/// lucide `rotate-cw`
pub const ROTATE_CW: &str = "\u{e149}";
/// lucide `save`
pub const SAVE: &str = "\u{e14d}";
/// lucide `scan`
pub const SCAN: &str = "\u{e257}";
/// lucide `search`
pub const SEARCH: &str = "\u{e151}";
/// lucide `server`
pub const SERVER: &str = "\u{e153}";
/// lucide `shapes`
pub const SHAPES: &str = "\u{e4b3}";
/// lucide `sparkles`
pub const SPARKLES: &str = "\u{e412}";
/// lucide `square`
pub const SQUARE: &str = "\u{e167}";
/// lucide `square-dashed-mouse-pointer`
pub const SQUARE_DASHED_MOUSE_POINTER: &str = "\u{e509}";
/// lucide `square-split-horizontal`
pub const SQUARE_SPLIT_HORIZONTAL: &str = "\u{e3b6}";
/// lucide `star`
pub const STAR: &str = "\u{e176}";
/// lucide `sun`
pub const SUN: &str = "\u{e178}";
/// lucide `trash-2`
pub const TRASH_2: &str = "\u{e18e}";
/// lucide `triangle-alert`
pub const TRIANGLE_ALERT: &str = "\u{e193}";
/// lucide `type`
pub const TYPE: &str = "\u{e198}";
/// lucide `undo-2`
pub const UNDO_2: &str = "\u{e2a1}";
/// lucide `x`
pub const X: &str = "\u{e1b2}";
/// lucide `zoom-in`
pub const ZOOM_IN: &str = "\u{e1b6}";
/// lucide `zoom-out`
pub const ZOOM_OUT: &str = "\u{e1b7}";
