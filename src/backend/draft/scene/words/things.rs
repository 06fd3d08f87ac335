//! Surfaces and props.

use super::row::{Meaning, Row};
use crate::backend::draft::scene::spec::Prop as P;
use crate::backend::draft::scene::surface::SurfaceKind as S;

const fn surface(kind: S, weight: u8, en: &'static str, ko: &'static str) -> Row {
    Row { en, ko, meaning: Meaning::Surface(kind, None), weight }
}

const fn shade(kind: S, colors: [u32; 3], en: &'static str, ko: &'static str) -> Row {
    Row { en, ko, meaning: Meaning::Surface(kind, Some(colors)), weight: 5 }
}

const fn prop(prop: P, en: &'static str, ko: &'static str) -> Row {
    Row { en, ko, meaning: Meaning::Prop(prop), weight: 3 }
}

/// Words for surfaces and props.
pub const ROWS: &[Row] = &[
    surface(S::Wood, 3, "wood|wooden|plank|timber|wooden table|wood grain|hardwood", "나무|원목|우드|목재|나무 테이블|나무결|마루판"),
    shade(
        S::Wood,
        [0xd6c0a3, 0xa6876a, 0xc7aa88],
        "oak|light wood|birch|maple wood|ash wood|pine wood",
        "오크|참나무|자작나무|밝은 나무|밝은 원목|소나무",
    ),
    shade(
        S::Wood,
        [0x6b4a33, 0x2e1c12, 0x4a2e1c],
        "walnut|dark wood|ebony|mahogany|rosewood",
        "월넛|호두나무|흑단|어두운 나무|짙은 원목|마호가니",
    ),
    surface(S::Marble, 4, "marble|onyx|carrara|marble slab", "대리석|마블|오닉스|대리석 판"),
    surface(S::Concrete, 4, "concrete|cement|microcement", "콘크리트|시멘트|노출 콘크리트"),
    surface(S::Linen, 4, "linen|cotton|tablecloth|canvas cloth|burlap", "린넨|리넨|면|식탁보|광목|테이블보"),
    shade(S::Silk, [0xefe3d8, 0xcbb3a2, 0xf7efe8], "silk|satin", "실크|새틴|비단|공단"),
    shade(S::Silk, [0x5c1424, 0x30060f, 0x7a2434], "velvet", "벨벳|벨루어|융단"),
    surface(S::Sand, 4, "sand|sandy", "모래|모래사장|모래밭|백사"),
    surface(S::Slate, 4, "slate|stone|rock|granite|boulder|travertine|limestone|basalt", "돌|바위|화강암|석재|슬레이트|현무암|석판|돌판"),
    surface(S::Water, 4, "water|ripple|water ripple|puddle|wave", "물|물결|물웅덩이|잔물결|파도"),
    surface(S::Grass, 4, "grass|lawn|turf", "잔디|잔디밭|풀|풀잎"),
    shade(S::Grass, [0x5f7d32, 0x1c2a10, 0x8a9c48], "moss|mossy", "이끼|이끼 낀"),
    surface(
        S::Metal,
        4,
        "metal|metallic|steel|aluminum|aluminium|iron|stainless steel|chrome",
        "금속|메탈|스틸|철제|알루미늄|스테인리스|크롬",
    ),
    surface(
        S::Gloss,
        3,
        "glass|mirror|acrylic|glossy|reflective|lacquer|polished",
        "유리|거울|아크릴|유광|반사되는|광택|반짝이는 바닥|광택 있는",
    ),
    surface(S::Plain, 3, "paper|cardboard|matte", "종이|도화지|골판지|무광|매트한"),
    shade(S::Plain, [0x9a6a48, 0x7a5036, 0xb98a64], "leather|suede", "가죽|레더|스웨이드"),
    shade(S::Concrete, [0xc07a56, 0x9a5a3c, 0xd49a78], "terracotta|clay|earthenware", "테라코타|점토|흙|황토|찰흙"),
    surface(S::Terrazzo, 5, "terrazzo", "테라조|테라초"),
    surface(S::Tile, 4, "tile|tiles|tiled|ceramic|mosaic|porcelain", "타일|세라믹|도자기|모자이크"),
    surface(S::Asphalt, 4, "asphalt|tarmac|pavement", "아스팔트|포장도로|보도블록"),
    prop(P::Leaves, "leaf|leaves|falling leaves|foliage|greenery leaves|green leaves", "잎|나뭇잎|잎사귀|초록 잎|떨어지는 나뭇잎|이파리"),
    prop(
        P::Maple,
        "maple|maple leaves|autumn leaves|fall leaves|fallen leaves|dry leaves|ginkgo",
        "단풍|단풍잎|낙엽|떨어지는 낙엽|은행잎|가을 잎",
    ),
    prop(P::Petals, "petal|petals|rose petals|flower petals|falling petals", "꽃잎|장미 꽃잎|흩날리는 꽃잎|꽃잎이 흩날리는|떨어지는 꽃잎"),
    prop(
        P::Flowers,
        "flower|flowers|floral|bouquet|rose|roses|peony|daisy|tulip|lily|wildflower|bloom|hydrangea|orchid|lotus|chrysanthemum|bougainvillea|sunflower|lavender flower",
        "꽃|꽃다발|장미|작약|데이지|튤립|백합|야생화|들꽃|플라워|수국|연꽃|국화|난초|유채꽃|해바라기|꽃송이|카네이션",
    ),
    prop(
        P::Branches,
        "branch|branches|eucalyptus|twig|olive branch|plant|plants|herb|herbs|rosemary|fern|vine|ivy|greenery|botanical",
        "가지|나뭇가지|유칼립투스|식물|허브|로즈마리|고사리|덩굴|올리브 가지|화분|초록 식물|보태니컬",
    ),
    prop(
        P::Palms,
        "palm|palm leaf|palm leaves|monstera|palm tree|tropical leaves|banana leaf",
        "야자수|야자|야자잎|몬스테라|열대 잎|바나나잎|야자 잎",
    ),
    prop(P::Splash, "splash|water splash|splashing|liquid splash|milk splash", "물보라|스플래시|튀는 물|물이 튀는|물 튀김|크라운 스플래시"),
    prop(
        P::Drops,
        "water drops|droplets|dew|drops|dewdrops|condensation|raindrops|water droplets",
        "물방울|이슬|이슬방울|맺힌 물방울|결로|물방울이 맺힌",
    ),
    prop(P::Bubbles, "bubble|bubbles|soap bubbles|foam|fizz|carbonation", "거품|비눗방울|버블|기포|탄산|방울방울"),
    prop(P::Smoke, "smoke|steam|vapor|vapour|dry ice|fume|incense", "연기|김|수증기|드라이아이스|증기|스모크|향 연기|모락모락"),
    prop(P::Confetti, "confetti|paper confetti|streamers|party popper", "색종이|컨페티|꽃가루|종이 꽃가루|색종이 조각"),
    prop(
        P::Gifts,
        "gift|gifts|gift box|gift boxes|present|presents|wrapped boxes|christmas gifts",
        "선물|선물 상자|선물상자|선물 박스|선물박스|기프트|기프트 박스",
    ),
    prop(P::Ribbon, "ribbon|ribbons|satin ribbon|bow", "리본|새틴 리본|리본 장식"),
    prop(P::Podium, "podium|pedestal|plinth|platform|display stand|round podium", "포디움|단상|받침|전시대|플린스|원형 단상|좌대|연단"),
    prop(
        P::Fabric,
        "fabric|cloth|drape|draped fabric|draped silk|silk cloth|textile|scarf",
        "천|패브릭|드리운 천|드레이프 천|원단|실크 천|스카프|늘어진 천|직물",
    ),
    prop(P::Snowflakes, "snowflake|snowflakes|snow flakes|frost", "눈송이|눈꽃|눈결정|서리|성에"),
    prop(P::Lanterns, "lantern|lanterns|paper lantern|paper lanterns|chinese lantern", "등불|랜턴|종이등|한지등|청사초롱|연등|초롱|홍등"),
    prop(
        P::StringLights,
        "string lights|fairy lights|light bulbs|garland lights|twinkle lights|christmas lights|edison bulbs",
        "꼬마전구|알전구|스트링라이트|줄조명|전구|트리 전구|앵두전구|스트링 라이트",
    ),
    prop(P::Candles, "candle|candles|candlelight|tealight|tea light", "촛불|양초|캔들|초|티라이트|향초"),
    prop(P::Balloons, "balloon|balloons|party balloons", "풍선|파티 풍선|헬륨 풍선"),
    prop(P::Hearts, "heart|hearts|paper hearts|love", "하트|하트 모양|사랑|종이 하트"),
    prop(
        P::Stars,
        "star|stars|sparkle|sparkles|twinkle|starry|glittering|shimmer|sparkling",
        "별|반짝이는|반짝임|별빛|반짝반짝|별이 빛나는|반짝이",
    ),
    prop(P::Feathers, "feather|feathers|plume|down feathers", "깃털|깃|흰 깃털|오리털"),
    prop(P::Stones, "pebble|pebbles|stones|rocks|zen stones|stacked stones|river stones", "자갈|조약돌|돌멩이|몽돌|돌탑|바위들"),
    prop(P::Shells, "shell|shells|seashell|seashells|starfish|pearl|pearls", "조개|조개껍데기|소라|불가사리|진주|조가비"),
    prop(P::Spheres, "sphere|spheres|balls|orbs|ball|orb", "구|구슬|공|원형 공|구체|볼"),
    prop(
        P::Blocks,
        "cube|cubes|block|blocks|geometric shapes|cylinder|cylinders|boxes|steps",
        "큐브|블록|정육면체|원기둥|도형|기하 도형|상자|계단",
    ),
    prop(
        P::Ornaments,
        "ornament|ornaments|bauble|baubles|christmas balls|decoration|decorations",
        "오너먼트|장식|장식볼|트리 장식|크리스마스 볼|방울 장식",
    ),
    prop(P::Pumpkins, "pumpkin|pumpkins|halloween|jack o lantern", "호박|할로윈|핼러윈|단호박"),
    prop(
        P::Citrus,
        "lemon|lemons|orange slices|citrus|lime|grapefruit|lemon slices|fruit slices|fruit|fruits",
        "레몬|오렌지 조각|시트러스|자몽|귤|레몬 조각|과일|과일 조각|감귤",
    ),
    prop(
        P::Berries,
        "berry|berries|blueberry|blueberries|strawberry|strawberries|cherry|cherries|raspberry|grape|grapes",
        "베리|블루베리|딸기|체리|라즈베리|포도|산딸기|열매",
    ),
    prop(P::CoffeeBeans, "coffee|coffee bean|coffee beans|beans|espresso", "커피|커피콩|원두|커피 원두|에스프레소"),
    prop(P::IceCubes, "ice cube|ice cubes|cubed ice|crushed ice|iced", "얼음 조각|각얼음|얼음 큐브|아이스"),
    prop(P::Books, "book|books|notebook|magazine|stack of books", "책|책더미|노트|잡지|쌓인 책"),
    prop(P::Sparks, "spark|sparks|ember|embers|fire|flame|flames", "불꽃|불티|불씨|불|스파크|화염|불똥"),
    prop(P::Coins, "coin|coins|gold coins|money|gold bars|treasure", "동전|금화|돈|코인|금괴"),
];
