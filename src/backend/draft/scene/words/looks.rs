//! Times, seasons, weather, viewpoints, light, moods and the parts of a scene.

use super::row::{Meaning, Part, Row};
use crate::backend::draft::scene::spec::{Light as L, Mood as M, Season as S, Time as T, View as V, Weather as W};

const fn row(meaning: Meaning, en: &'static str, ko: &'static str) -> Row {
    Row { en, ko, meaning, weight: 4 }
}

/// Words for the look of a place.
pub const ROWS: &[Row] = &[
    row(Meaning::Time(T::Dawn), "dawn|sunrise|daybreak|first light", "새벽|일출|해돋이|동틀 녘|동틀녘|여명"),
    row(Meaning::Time(T::Morning), "morning|morning light|breakfast", "아침|모닝|오전|아침 식사"),
    row(Meaning::Time(T::Day), "day|daytime|noon|midday|afternoon|daylight", "낮|한낮|대낮|정오|오후|주간"),
    row(Meaning::Time(T::Golden), "sunset|golden hour|evening|evening glow|sundown", "노을|석양|저녁|일몰|황금빛|저녁놀|골든아워"),
    row(Meaning::Time(T::Dusk), "dusk|twilight|blue hour|nightfall", "해질녘|해 질 녘|황혼|땅거미|블루아워|어스름"),
    row(
        Meaning::Time(T::Night),
        "night|midnight|moonlight|moon|full moon|nighttime|moonlit|late night",
        "밤|한밤|달|보름달|달밤|달빛|심야|자정|밤중|야간",
    ),
    row(Meaning::Season(S::Spring), "spring|springtime", "봄|봄날|봄철"),
    row(Meaning::Season(S::Summer), "summer|summertime|midsummer", "여름|한여름|초여름|여름철"),
    row(Meaning::Season(S::Autumn), "autumn|autumnal|fall season|fall foliage|thanksgiving", "가을|가을날|늦가을|초가을|추수감사절"),
    row(Meaning::Season(S::Winter), "winter|wintertime|wintry|midwinter", "겨울|한겨울|겨울철|초겨울"),
    row(Meaning::Weather(W::Sunny), "sunny|sunshine|sunlight|sunlit|clear sky|sun", "햇살|햇빛|맑은|화창한|햇볕|맑은 날|양지|태양"),
    row(Meaning::Weather(W::Cloudy), "cloudy|overcast|gray sky|grey sky", "흐린|구름 낀|흐린 날|잿빛 하늘"),
    row(
        Meaning::Weather(W::Rain),
        "rain|rainy|raining|rainfall|drizzle|rainstorm|storm|stormy|monsoon",
        "비|비 오는|비 내리는|빗속|빗방울|장마|소나기|폭풍|우중",
    ),
    row(Meaning::Weather(W::Wet), "wet|after the rain|rain soaked|damp", "젖은|비 온 뒤|비가 갠|축축한|물기 있는"),
    row(Meaning::Weather(W::Fog), "fog|foggy|mist|misty|haze|hazy", "안개|안개 낀|안개 속|물안개|연무|뿌연"),
    row(
        Meaning::Weather(W::Snowfall),
        "snow|snowy|snowing|snowfall|snow falling|blizzard",
        "눈|눈 내리는|눈 오는|함박눈|첫눈|눈보라|눈송이 내리는|눈 덮인|눈 쌓인",
    ),
    row(
        Meaning::View(V::FlatLay),
        "flat lay|flatlay|top down|top view|overhead|bird's eye|birds eye view|from above|overhead view",
        "플랫레이|탑뷰|탑 뷰|위에서 본|위에서 내려다본|항공샷|부감|탑다운|내려다본",
    ),
    row(Meaning::View(V::CloseUp), "close up|closeup|macro|detail shot|extreme close up", "클로즈업|접사|매크로|가까이서|근접|근접샷"),
    row(
        Meaning::View(V::Wide),
        "wide shot|wide angle|wide view|panorama|panoramic|long shot",
        "와이드샷|광각|넓은 화면|파노라마|멀리서|원경|와이드",
    ),
    row(
        Meaning::View(V::Low),
        "low angle|eye level|straight on|front view|worm's eye",
        "로우앵글|눈높이|정면|낮은 각도|아이레벨|로우 앵글|정면에서",
    ),
    row(Meaning::View(V::High), "high angle|three quarter view|45 degree|high view", "하이앵글|높은 각도|사선 위|비스듬히|45도|하이 앵글"),
    row(
        Meaning::Light(L::Warm),
        "warm|warm light|warm lighting|lamplight|candlelit|lamp",
        "따뜻한|따스한|포근한|온화한|전구색|램프|조명등",
    ),
    row(Meaning::Light(L::Cool), "cool|cold|icy|cool light|chilly|crisp", "차가운|시원한|서늘한|쿨톤|차갑고|청량한"),
    row(
        Meaning::Light(L::Soft),
        "soft|soft light|diffused|diffuse|gentle|natural light|natural lighting|softbox|softly lit",
        "부드러운|은은한|자연광|확산광|잔잔한|소프트박스|부드럽게",
    ),
    row(
        Meaning::Light(L::Hard),
        "hard light|hard|hard shadow|hard shadows|harsh light|dramatic|contrast|high contrast|strong shadow|dramatic lighting",
        "강한 빛|드라마틱|극적인|강렬한|대비|강한 그림자|극적",
    ),
    row(Meaning::Light(L::Bright), "bright|high key|airy|well lit|light filled|luminous", "밝은|환한|화사한|밝게|눈부신|하이키|환하게"),
    row(
        Meaning::Light(L::Dark),
        "dark|moody|low key|dim|shadowy|gloomy|dimly lit",
        "어두운|다크|무드 있는|어둑한|로우키|침침한|그늘진|무디",
    ),
    row(
        Meaning::Light(L::Back),
        "backlight|backlit|rim light|back light|silhouette light|halo",
        "역광|백라이트|림라이트|후광|뒤에서 비추는",
    ),
    row(Meaning::Light(L::Spot), "spotlight|spot light|pool of light|spotlit", "스포트라이트|핀조명|집중 조명|조명 한 줄기|스포트 조명"),
    row(
        Meaning::Light(L::Rays),
        "sunbeam|light rays|god rays|rays of light|sun rays|light beams|volumetric light|light shaft",
        "빛줄기|빛내림|햇살 줄기|광선|빛살|틴들 현상",
    ),
    row(
        Meaning::Light(L::Window),
        "window light|window shadow|by the window|window|windowsill",
        "창가|창밖|창문|창문 그림자|창가 빛|창틀|창문 빛",
    ),
    row(Meaning::Light(L::Blinds), "blinds|venetian blinds|blind shadow|striped shadow", "블라인드|블라인드 그림자|줄무늬 그림자"),
    row(
        Meaning::Light(L::Leaves),
        "leaf shadow|leaves shadow|dappled light|dappled|tree shadow|shadow|shadows",
        "나뭇잎 그림자|잎 그림자|나무 그림자|그림자|나뭇잎 사이로 드는 빛|나뭇잎 사이로|얼룩진 빛",
    ),
    row(Meaning::Light(L::Palm), "palm shadow|palm leaf shadow", "야자수 그림자|야자 그림자|야자잎 그림자"),
    row(Meaning::Light(L::Bokeh), "bokeh|bokeh lights|blurred lights|light orbs", "보케|빛망울|흐릿한 불빛|빛방울"),
    row(
        Meaning::Light(L::Blur),
        "blurred|blurry|blurred background|out of focus|shallow depth of field|defocused|depth of field",
        "흐릿한|흐린 배경|아웃포커스|아웃포커싱|배경 흐림|얕은 심도|흐릿하게|심도",
    ),
    row(
        Meaning::Mood(M::Luxury),
        "luxury|luxurious|premium|elegant|high end|prestige|opulent|classy",
        "고급|고급스러운|럭셔리|프리미엄|우아한|명품|하이엔드|호화로운|세련된",
    ),
    row(
        Meaning::Mood(M::Minimal),
        "minimal|minimalist|modern|contemporary|sleek|simple|clean|uncluttered|minimalism",
        "미니멀|미니멀한|모던|모던한|현대적인|심플|심플한|깔끔한|단순한|깨끗한",
    ),
    row(
        Meaning::Mood(M::Vintage),
        "vintage|retro|antique|old fashioned|nostalgic|film look|analog",
        "빈티지|레트로|복고|앤티크|옛날|아날로그|복고풍|필름 느낌",
    ),
    row(
        Meaning::Mood(M::Vivid),
        "vivid|vibrant|colorful|colourful|saturated|energetic|pop art",
        "선명한|비비드|화려한|알록달록|다채로운|강렬한 색|생동감 있는|컬러풀",
    ),
    row(
        Meaning::Mood(M::Muted),
        "muted|desaturated|subdued|earthy|calm|faded|neutral",
        "차분한|뮤트|톤 다운|빛바랜|채도 낮은|뉴트럴|톤다운|고요한",
    ),
    row(Meaning::Mood(M::Monochrome), "monochrome|black and white|grayscale|greyscale", "흑백|모노크롬|무채색|모노톤"),
    row(Meaning::Mood(M::Pastel), "pastel|pale|pastel colors|soft colors|pastel tones", "파스텔|파스텔톤|연한|옅은|파스텔 톤"),
    row(
        Meaning::Mood(M::Dreamy),
        "dreamy|ethereal|magical|fairy tale|soft glow|fantasy|mystical|surreal",
        "몽환적인|몽환|꿈같은|신비로운|환상적인|동화 같은|동화|판타지|마법",
    ),
    row(Meaning::Mood(M::Cozy), "cozy|cosy|homely|hygge|intimate", "아늑한|편안한|안락한|휘게|아늑하게"),
    row(
        Meaning::Mood(M::Fresh),
        "fresh|refreshing|pure|crystal clear|airy fresh",
        "상쾌한|신선한|프레시|산뜻한|싱그러운|청량감|상큼한|순수한",
    ),
    row(Meaning::Mood(M::Cinematic), "cinematic|movie|film still|teal and orange|epic", "영화 같은|시네마틱|영화|영화처럼|웅장한"),
    row(Meaning::Mood(M::Romantic), "romantic|lovely|sweet|feminine", "로맨틱|로맨틱한|사랑스러운|낭만적인|달콤한|낭만"),
    row(
        Meaning::Part(Part::Backdrop),
        "background|backdrop|wall|walls|tone|tones|color|colour|colored|coloured",
        "배경|벽|배경색|톤|색|색상|컬러|벽면|벽지",
    ),
    row(
        Meaning::Part(Part::Table),
        "table|desk|floor|counter|tabletop|surface|shelf|deck|tray|bench|ground|plate",
        "테이블|식탁|탁자|바닥|상판|선반|데크|쟁반|받침대|마루|책상 위|벤치",
    ),
    row(Meaning::Part(Part::Light), "light|lighting|lights|lit|glow|ambience light", "조명|빛|불빛|라이트|라이팅|조명의|빛이 드는|빛나는"),
];
