//! Colours by name. The lexer reads hexadecimal codes.

use super::row::{Meaning, Row};

const fn row(rgb: u32, en: &'static str, ko: &'static str) -> Row {
    Row { en, ko, meaning: Meaning::Color(rgb), weight: 3 }
}

/// Colours, sRGB.
pub const ROWS: &[Row] = &[
    row(0xf2b8c0, "pink", "핑크|분홍|분홍색|핑크색|연분홍|핑크빛|분홍빛"),
    row(0xe83e8c, "hot pink|fuchsia|magenta", "핫핑크|마젠타|푸시아|진분홍|자홍색"),
    row(0xc98a8a, "dusty pink|dusty rose|mauve|rose pink", "더스티핑크|인디핑크|모브|장밋빛"),
    row(0xb8322c, "red", "빨간|빨강|빨간색|붉은|레드|적색|붉은색|새빨간|빨강색"),
    row(0xb0102c, "crimson|scarlet|ruby", "크림슨|진홍|진홍색|다홍|다홍색|루비"),
    row(0x6e1a2e, "burgundy|maroon|wine red|wine", "버건디|와인색|자주색|자주|마룬|와인|적포도주색"),
    row(0xe58a45, "orange|tangerine|amber", "주황|오렌지|주황색|오렌지색|앰버|호박색|주홍"),
    row(0xf4c3a2, "peach|apricot", "복숭아|피치|살구|살구색|복숭아색|살구빛"),
    row(0xee8e78, "coral|salmon", "코랄|산호|산호색|연어색|코랄색|코랄빛"),
    row(0xf0cd5c, "yellow|mustard", "노란|노랑|노란색|옐로|옐로우|황색|샛노란|머스터드|개나리색"),
    row(0xf3e47a, "lemon yellow|pale yellow|light yellow", "레몬색|연노랑|연노란색|레몬옐로"),
    row(0x6f9a6b, "green", "초록|초록색|녹색|그린|초록빛|푸른 잎"),
    row(0x2f5d43, "dark green|forest green|emerald|deep green|bottle green", "진초록|진녹색|에메랄드|짙은 녹색|짙은 초록|딥그린|청록빛"),
    row(0x9ccb3c, "lime green|light green|yellow green|chartreuse", "연두|연두색|라임|라임색|연두빛"),
    row(0xb4ddcb, "mint|mint green|seafoam", "민트|민트색|민트그린|민트빛"),
    row(0xa9b79d, "sage|sage green", "세이지|세이지그린|쑥색"),
    row(0x7d8230, "olive|khaki|army green", "올리브|카키|올리브색|카키색|국방색"),
    row(0x3f8a8c, "teal", "청록|청록색|틸|비취색"),
    row(0x40c4c6, "turquoise|aqua|cyan|aquamarine", "터키석|터콰이즈|아쿠아|시안|옥색|하늘빛 청록"),
    row(0x6d9fcf, "blue", "파란|파랑|파란색|블루|푸른|청색|새파란|푸른색|푸른빛"),
    row(0xa9d2ee, "sky blue|light blue|baby blue|pale blue|powder blue", "하늘색|연파랑|연하늘색|스카이블루|베이비블루|하늘빛"),
    row(0x1f4fa8, "royal blue|cobalt|cobalt blue|sapphire|deep blue", "로열블루|코발트|코발트블루|사파이어|군청색|진파랑|코발트색"),
    row(0x24365c, "navy|navy blue|midnight blue|dark blue", "네이비|남색|감색|짙은 파랑|곤색|진남색"),
    row(0x3d34a8, "indigo", "인디고|쪽빛|남보라"),
    row(0x8d6fb8, "purple|violet", "보라|보라색|퍼플|바이올렛|자줏빛|보랏빛"),
    row(0xc9b6e4, "lavender|lilac|light purple|periwinkle", "라벤더|라일락|연보라|연보라색|라벤더색|연보랏빛"),
    row(0x4a2a5e, "plum|eggplant|dark purple|aubergine", "자두색|가지색|진보라|플럼|짙은 보라"),
    row(0xdfceb6, "beige|sand beige|tan|camel|nude", "베이지|베이지색|카멜|누드톤|모래색|살색|누드"),
    row(0xf1e6d2, "cream|cream white|vanilla|creamy", "크림|크림색|바닐라|미색|크림빛"),
    row(0xf2ebdd, "ivory|off white|eggshell", "아이보리|오프화이트|상아색|아이보리색"),
    row(0x8a6248, "brown|caramel|cocoa", "갈색|브라운|밤색|캐러멜|고동색|카라멜|갈색빛"),
    row(0x4a2e20, "chocolate|dark brown|coffee brown|espresso brown", "초콜릿|초콜릿색|진갈색|초코|짙은 갈색|다크브라운"),
    row(0xa9a9aa, "gray|grey|ash gray", "회색|그레이|잿빛|회색빛|그레이색"),
    row(0x4c4e52, "charcoal|dark gray|dark grey|graphite", "차콜|진회색|먹색|흑연색|다크그레이|숯색"),
    row(0xd4d4d6, "light gray|light grey|silver gray", "연회색|밝은 회색|라이트그레이"),
    row(0xf2f1ef, "white|pure white|snow white", "흰|하얀|하양|화이트|흰색|하얀색|백색|순백|새하얀|순백색"),
    row(0x131315, "black|jet black|pitch black", "검은|검정|까만|블랙|검은색|검정색|흑색|까만색|새까만"),
    row(0xc9a252, "gold|golden|brass", "골드|금색|황금|황금색|금빛|금|브라스|놋쇠"),
    row(0xbfc3c8, "silver|platinum", "은색|실버|은빛|백금|플래티넘"),
    row(0xd8a48f, "rose gold|copper|bronze", "로즈골드|구리|구릿빛|브론즈|청동|동색|구리색"),
    row(0xb5502f, "rust|brick red|burnt orange|sienna", "벽돌색|녹슨|번트오렌지|적갈색|황갈색"),
];
