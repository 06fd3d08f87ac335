//! The keywords: word, meaning, weight. A heavier word wins over a lighter one; then the longer word wins.

use super::prompt::{Family as F, Time};
use super::surface::SurfaceKind as S;

/// Places and seasons.
pub const PLACES: &[(&str, F, i32)] = &[
    ("cafe", F::Cafe, 5), ("café", F::Cafe, 5), ("coffee shop", F::Cafe, 6), ("coffee", F::Cafe, 2), ("bakery", F::Cafe, 5), ("카페", F::Cafe, 5),
    ("커피", F::Cafe, 2), ("베이커리", F::Cafe, 5), ("빵집", F::Cafe, 5), ("coffeehouse", F::Cafe, 5), ("brunch", F::Cafe, 3), ("브런치", F::Cafe, 3),
    ("office", F::Office, 5), ("workspace", F::Office, 5), ("desk", F::Office, 3), ("meeting room", F::Office, 5), ("사무실", F::Office, 5),
    ("오피스", F::Office, 5), ("회의실", F::Office, 5), ("책상", F::Office, 3), ("업무", F::Office, 3), ("데스크", F::Office, 3),
    ("beach", F::Beach, 6), ("seaside", F::Beach, 6), ("ocean", F::Beach, 5), ("sea", F::Beach, 4), ("coast", F::Beach, 5), ("해변", F::Beach, 6),
    ("바다", F::Beach, 5), ("바닷가", F::Beach, 6), ("해안", F::Beach, 5), ("백사장", F::Beach, 6), ("summer", F::Tropical, 2), ("여름", F::Tropical, 2),
    ("forest", F::Forest, 6), ("woods", F::Forest, 5), ("jungle", F::Forest, 5), ("woodland", F::Forest, 5), ("moss", F::Forest, 4), ("nature", F::Forest, 3),
    ("숲", F::Forest, 6), ("숲속", F::Forest, 6), ("산림", F::Forest, 5), ("자연 속", F::Forest, 3), ("이끼", F::Forest, 4), ("정글", F::Forest, 5),
    ("night city", F::NightCity, 7), ("city night", F::NightCity, 7), ("city at night", F::NightCity, 7), ("city lights", F::NightCity, 7), ("night view", F::NightCity, 7),
    ("cityscape", F::NightCity, 4), ("city", F::NightCity, 3), ("street at night", F::NightCity, 6), ("urban", F::NightCity, 3), ("야경", F::NightCity, 7),
    ("밤거리", F::NightCity, 7), ("도시의 밤", F::NightCity, 7), ("밤 도시", F::NightCity, 7), ("도시", F::NightCity, 3), ("도심", F::NightCity, 3),
    ("neon", F::Neon, 8), ("cyberpunk", F::Neon, 8), ("네온", F::Neon, 8), ("사이버펑크", F::Neon, 8), ("club", F::Neon, 4), ("gaming", F::Neon, 5), ("게이밍", F::Neon, 5),
    ("kitchen", F::Kitchen, 6), ("countertop", F::Kitchen, 4), ("cooking", F::Kitchen, 4), ("주방", F::Kitchen, 6), ("부엌", F::Kitchen, 6), ("요리", F::Kitchen, 3), ("싱크대", F::Kitchen, 4),
    ("bathroom", F::Bathroom, 6), ("spa", F::Bathroom, 5), ("shower", F::Bathroom, 5), ("bath", F::Bathroom, 4), ("욕실", F::Bathroom, 6), ("스파", F::Bathroom, 5), ("화장실", F::Bathroom, 5), ("샤워", F::Bathroom, 5),
    ("studio", F::Studio, 4), ("seamless", F::Studio, 5), ("white background", F::Studio, 5), ("plain background", F::Studio, 5), ("minimal background", F::Studio, 4),
    ("스튜디오", F::Studio, 4), ("흰 배경", F::Studio, 5), ("하얀 배경", F::Studio, 5), ("단색 배경", F::Studio, 5),
    ("hotel", F::Lobby, 6), ("lobby", F::Lobby, 6), ("lounge", F::Lobby, 4), ("호텔", F::Lobby, 6), ("로비", F::Lobby, 6), ("라운지", F::Lobby, 4), ("palace", F::Lobby, 5), ("궁전", F::Lobby, 5),
    ("garden", F::Garden, 5), ("flower", F::Garden, 5), ("floral", F::Garden, 5), ("meadow", F::Garden, 5), ("rose", F::Garden, 4), ("lavender", F::Garden, 5), ("정원", F::Garden, 5), ("꽃", F::Garden, 5),
    ("꽃밭", F::Garden, 5), ("장미", F::Garden, 4), ("라벤더", F::Garden, 5), ("grass", F::Garden, 4), ("lawn", F::Garden, 4), ("잔디", F::Garden, 4), ("park", F::Garden, 4), ("공원", F::Garden, 4), ("picnic", F::Garden, 4), ("피크닉", F::Garden, 4),
    ("snow", F::Snow, 6), ("winter", F::Snow, 5), ("ice", F::Snow, 4), ("눈", F::Snow, 6), ("겨울", F::Snow, 5), ("설원", F::Snow, 6), ("눈밭", F::Snow, 6), ("얼음", F::Snow, 4), ("눈 덮인", F::Snow, 6), ("snowy", F::Snow, 6),
    ("autumn", F::Autumn, 6), ("fall leaves", F::Autumn, 6), ("maple", F::Autumn, 5), ("가을", F::Autumn, 6), ("단풍", F::Autumn, 6), ("낙엽", F::Autumn, 6), ("thanksgiving", F::Autumn, 4), ("추석", F::Autumn, 4),
    ("desert", F::Desert, 6), ("dune", F::Desert, 6), ("sahara", F::Desert, 6), ("사막", F::Desert, 6), ("사구", F::Desert, 6),
    ("mountain", F::Mountains, 6), ("alps", F::Mountains, 6), ("hiking", F::Mountains, 5), ("camping", F::Mountains, 5), ("산", F::Mountains, 6), ("산맥", F::Mountains, 6), ("등산", F::Mountains, 5), ("캠핑", F::Mountains, 5), ("outdoor", F::Mountains, 2), ("산속", F::Mountains, 6),
    ("christmas", F::Christmas, 8), ("xmas", F::Christmas, 8), ("크리스마스", F::Christmas, 8), ("성탄", F::Christmas, 8), ("holiday season", F::Christmas, 5),
    ("cherry blossom", F::Blossom, 8), ("blossom", F::Blossom, 6), ("sakura", F::Blossom, 8), ("spring", F::Blossom, 4), ("벚꽃", F::Blossom, 8), ("봄", F::Blossom, 4),
    ("water", F::Water, 5), ("underwater", F::Water, 6), ("ripple", F::Water, 5), ("pool", F::Water, 5), ("lake", F::Water, 5), ("splash", F::Water, 5), ("물", F::Water, 5), ("물결", F::Water, 5), ("수영장", F::Water, 5), ("호수", F::Water, 5), ("물속", F::Water, 6), ("수중", F::Water, 6), ("aqua", F::Water, 4),
    ("pastel", F::Pastel, 6), ("podium", F::Pastel, 6), ("pedestal", F::Pastel, 5), ("geometric", F::Pastel, 5), ("파스텔", F::Pastel, 6), ("포디움", F::Pastel, 6), ("단상", F::Pastel, 5), ("cute", F::Pastel, 3), ("귀여운", F::Pastel, 3), ("candy", F::Pastel, 4),
    ("black background", F::Black, 6), ("dark luxury", F::Black, 7), ("luxury black", F::Black, 7), ("dark background", F::Black, 6), ("moody", F::Black, 3), ("dramatic", F::Black, 3), ("black", F::Black, 3), ("블랙", F::Black, 3), ("검은 배경", F::Black, 6), ("어두운 배경", F::Black, 6), ("검정", F::Black, 3), ("다크", F::Black, 3), ("premium dark", F::Black, 6), ("어두운 고급", F::Black, 7), ("블랙 럭셔리", F::Black, 7),
    ("space", F::Space, 6), ("galaxy", F::Space, 7), ("cosmos", F::Space, 7), ("star", F::Space, 4), ("universe", F::Space, 7), ("moon", F::Space, 4), ("우주", F::Space, 6), ("은하", F::Space, 7), ("별", F::Space, 4), ("달 표면", F::Space, 6), ("planet", F::Space, 6), ("행성", F::Space, 6),
    ("gym", F::Gym, 6), ("fitness", F::Gym, 6), ("workout", F::Gym, 5), ("sport", F::Gym, 4), ("헬스장", F::Gym, 6), ("헬스", F::Gym, 5), ("피트니스", F::Gym, 6), ("운동", F::Gym, 4), ("체육관", F::Gym, 6),
    ("bedroom", F::Bedroom, 6), ("bed", F::Bedroom, 4), ("hotel room", F::Bedroom, 7), ("cozy", F::Home, 2), ("침실", F::Bedroom, 6), ("침대", F::Bedroom, 5), ("이불", F::Bedroom, 4),
    ("library", F::Library, 6), ("bookshelf", F::Library, 6), ("book", F::Library, 3), ("서재", F::Library, 6), ("도서관", F::Library, 6), ("책장", F::Library, 6), ("서점", F::Library, 6), ("bookstore", F::Library, 6),
    ("restaurant", F::Restaurant, 6), ("dining", F::Restaurant, 5), ("candle", F::Restaurant, 4), ("candlelight", F::Restaurant, 5), ("pub", F::Restaurant, 5), ("wine bar", F::Restaurant, 6), ("레스토랑", F::Restaurant, 6), ("식당", F::Restaurant, 6), ("다이닝", F::Restaurant, 5), ("촛불", F::Restaurant, 4), ("bar", F::Restaurant, 4), ("술집", F::Restaurant, 5), ("와인바", F::Restaurant, 6),
    ("sunset", F::Sunset, 4), ("rooftop", F::Sunset, 5), ("dusk", F::Sunset, 4), ("노을", F::Sunset, 4), ("루프탑", F::Sunset, 5), ("옥상", F::Sunset, 5), ("석양", F::Sunset, 4), ("일몰", F::Sunset, 4), ("rooftop sunset", F::Sunset, 7), ("해질녘", F::Sunset, 4),
    ("hanok", F::Hanok, 8), ("traditional korean", F::Hanok, 8), ("korean traditional", F::Hanok, 8), ("hanji", F::Hanok, 7), ("temple", F::Hanok, 4), ("한옥", F::Hanok, 8), ("전통", F::Hanok, 5), ("한지", F::Hanok, 7), ("japanese", F::Hanok, 4), ("tea house", F::Hanok, 6), ("찻집", F::Hanok, 6), ("다실", F::Hanok, 6), ("설날", F::Hanok, 5),
    ("industrial", F::Industrial, 5), ("warehouse", F::Industrial, 5), ("loft", F::Industrial, 5), ("garage", F::Industrial, 5), ("factory", F::Industrial, 5), ("인더스트리얼", F::Industrial, 5), ("창고", F::Industrial, 5), ("공장", F::Industrial, 5), ("차고", F::Industrial, 5),
    ("sky", F::Sky, 4), ("cloud", F::Sky, 5), ("heaven", F::Sky, 5), ("하늘", F::Sky, 4), ("구름", F::Sky, 5), ("dreamy", F::Sky, 3), ("몽환", F::Sky, 3),
    ("party", F::Party, 5), ("celebration", F::Party, 5), ("glitter", F::Party, 6), ("festive", F::Party, 5), ("new year", F::Party, 6), ("birthday", F::Party, 5), ("gold background", F::Party, 6), ("파티", F::Party, 5), ("축제", F::Party, 5), ("글리터", F::Party, 6), ("새해", F::Party, 6), ("생일", F::Party, 5), ("반짝이는", F::Party, 3), ("골드 배경", F::Party, 6),
    ("tropical", F::Tropical, 6), ("palm", F::Tropical, 5), ("resort", F::Tropical, 5), ("island", F::Tropical, 5), ("열대", F::Tropical, 6), ("야자수", F::Tropical, 6), ("야자", F::Tropical, 5), ("휴양지", F::Tropical, 5), ("리조트", F::Tropical, 5), ("섬", F::Tropical, 5),
    ("living room", F::Home, 6), ("apartment", F::Home, 5), ("home", F::Home, 4), ("house", F::Home, 3), ("interior", F::Home, 3), ("거실", F::Home, 6), ("아파트", F::Home, 5), ("집", F::Home, 4), ("집안", F::Home, 4), ("실내", F::Home, 3), ("인테리어", F::Home, 3), ("scandinavian", F::Home, 4), ("북유럽", F::Home, 4),
    ("plaster", F::Plaster, 5), ("leaf shadow", F::Plaster, 6), ("window shadow", F::Plaster, 6), ("minimal", F::Plaster, 2), ("minimalist", F::Plaster, 2), ("그림자", F::Plaster, 4), ("미니멀", F::Plaster, 2), ("햇살", F::Plaster, 2), ("석고", F::Plaster, 5),
];

/// Materials.
pub const SURFACES: &[(&str, S, i32)] = &[
    ("wood", S::Wood, 3), ("wooden", S::Wood, 3), ("oak", S::Wood, 2), ("walnut", S::Wood, 2), ("plank", S::Wood, 2), ("timber", S::Wood, 2), ("나무", S::Wood, 3), ("원목", S::Wood, 3), ("우드", S::Wood, 3), ("목재", S::Wood, 3),
    ("marble", S::Marble, 4), ("대리석", S::Marble, 4), ("마블", S::Marble, 4), ("onyx", S::Marble, 3),
    ("concrete", S::Concrete, 4), ("cement", S::Concrete, 4), ("콘크리트", S::Concrete, 4), ("시멘트", S::Concrete, 4),
    ("linen", S::Linen, 4), ("fabric", S::Linen, 4), ("cloth", S::Linen, 4), ("silk", S::Linen, 4), ("satin", S::Linen, 4), ("cotton", S::Linen, 3), ("tablecloth", S::Linen, 4), ("velvet", S::Linen, 4), ("린넨", S::Linen, 4), ("리넨", S::Linen, 4), ("천", S::Linen, 3), ("실크", S::Linen, 4), ("패브릭", S::Linen, 4), ("식탁보", S::Linen, 4),
    ("sand", S::Sand, 4), ("sandy", S::Sand, 4), ("모래", S::Sand, 4), ("slate", S::Slate, 4), ("stone", S::Slate, 4), ("rock", S::Slate, 3), ("granite", S::Slate, 4), ("돌", S::Slate, 4), ("바위", S::Slate, 3), ("화강암", S::Slate, 4), ("석재", S::Slate, 4),
    ("grass", S::Grass, 4), ("lawn", S::Grass, 4), ("잔디", S::Grass, 4), ("metal", S::Metal, 4), ("metallic", S::Metal, 3), ("steel", S::Metal, 4), ("aluminum", S::Metal, 4), ("금속", S::Metal, 4), ("메탈", S::Metal, 4), ("스틸", S::Metal, 4),
    ("glass", S::Gloss, 3), ("mirror", S::Gloss, 4), ("acrylic", S::Gloss, 4), ("glossy", S::Gloss, 2), ("유리", S::Gloss, 3), ("거울", S::Gloss, 4), ("아크릴", S::Gloss, 4),
    ("paper", S::Plain, 3), ("종이", S::Plain, 3), ("terrazzo", S::Terrazzo, 5), ("테라조", S::Terrazzo, 5), ("tile", S::Tile, 4), ("tiled", S::Tile, 4), ("ceramic", S::Tile, 2), ("타일", S::Tile, 4), ("asphalt", S::Asphalt, 4), ("아스팔트", S::Asphalt, 4),
];

/// Times of day.
pub const TIMES: &[(&str, Time, i32)] = &[
    ("morning", Time::Morning, 3), ("sunrise", Time::Morning, 3), ("dawn", Time::Morning, 3), ("아침", Time::Morning, 3), ("새벽", Time::Morning, 3), ("일출", Time::Morning, 3),
    ("sunset", Time::Golden, 4), ("golden hour", Time::Golden, 4), ("evening", Time::Golden, 3), ("dusk", Time::Golden, 4), ("노을", Time::Golden, 4), ("석양", Time::Golden, 4), ("저녁", Time::Golden, 3), ("황금빛", Time::Golden, 3), ("일몰", Time::Golden, 4), ("해질녘", Time::Golden, 4),
    ("night", Time::Night, 3), ("midnight", Time::Night, 3), ("moonlight", Time::Night, 3), ("밤", Time::Night, 3), ("한밤", Time::Night, 3), ("달빛", Time::Night, 3), ("day", Time::Day, 1), ("낮", Time::Day, 1),
];

/// Colours, sRGB.
pub const COLORS: &[(&str, u32, i32)] = &[
    ("pink", 0xf2b8c0, 3), ("핑크", 0xf2b8c0, 3), ("분홍", 0xf2b8c0, 3), ("red", 0xb8322c, 3), ("빨간", 0xb8322c, 3), ("빨강", 0xb8322c, 3), ("붉은", 0xb8322c, 3), ("레드", 0xb8322c, 3),
    ("orange", 0xe58a45, 3), ("주황", 0xe58a45, 3), ("오렌지", 0xe58a45, 3), ("peach", 0xf4c3a2, 3), ("복숭아", 0xf4c3a2, 3), ("coral", 0xee8e78, 3), ("코랄", 0xee8e78, 3), ("yellow", 0xf0cd5c, 3), ("노란", 0xf0cd5c, 3), ("노랑", 0xf0cd5c, 3), ("옐로", 0xf0cd5c, 3),
    ("green", 0x6f9a6b, 3), ("초록", 0x6f9a6b, 3), ("녹색", 0x6f9a6b, 3), ("그린", 0x6f9a6b, 3), ("mint", 0xb4ddcb, 4), ("민트", 0xb4ddcb, 4), ("sage", 0xa9b79d, 4), ("teal", 0x3f8a8c, 4), ("청록", 0x3f8a8c, 4),
    ("blue", 0x6d9fcf, 3), ("파란", 0x6d9fcf, 3), ("파랑", 0x6d9fcf, 3), ("블루", 0x6d9fcf, 3), ("sky blue", 0xa9d2ee, 4), ("하늘색", 0xa9d2ee, 4), ("navy", 0x24365c, 4), ("네이비", 0x24365c, 4), ("남색", 0x24365c, 4),
    ("purple", 0x8d6fb8, 3), ("보라", 0x8d6fb8, 3), ("퍼플", 0x8d6fb8, 3), ("lilac", 0xc9b6e4, 4), ("lavender", 0xc9b6e4, 3), ("라벤더", 0xc9b6e4, 3), ("beige", 0xdfceb6, 3), ("베이지", 0xdfceb6, 3), ("cream", 0xf1e6d2, 3), ("크림", 0xf1e6d2, 3), ("ivory", 0xf2ebdd, 3), ("아이보리", 0xf2ebdd, 3),
    ("brown", 0x8a6248, 3), ("갈색", 0x8a6248, 3), ("브라운", 0x8a6248, 3), ("gray", 0xa9a9aa, 2), ("grey", 0xa9a9aa, 2), ("회색", 0xa9a9aa, 2), ("그레이", 0xa9a9aa, 2), ("white", 0xf2f1ef, 2), ("화이트", 0xf2f1ef, 2), ("하얀", 0xf2f1ef, 2), ("흰", 0xf2f1ef, 2),
    ("gold", 0xc9a252, 2), ("golden", 0xc9a252, 1), ("골드", 0xc9a252, 2), ("금색", 0xc9a252, 2),
];
