//! Words without an effect: grammatical words, which are ignored, and common words with the nearest word that has an effect.

/// English words without a meaning of their own in a scene prompt: grammatical words, and words that hold for every picture of this program ("product
/// photo").
pub const GRAMMAR_EN: &str = "a|an|the|of|on|in|at|to|for|from|by|with|and|or|is|are|be|it|its|this|that|there|where|which|as|into|over|under|above|below|\
behind|beside|near|next|around|between|among|through|across|along|inside|outside|within|front|back|top|side|bottom|left|right|middle|center|centre|up|down|out|off|\
no|not|without|very|some|many|few|several|lots|full|filled|covered|surrounded|placed|placing|standing|sitting|set|put|resting|made|\
having|has|have|few|one|two|three|single|small|little|big|large|tiny|scattered|lying|falling|floating|drifting|flying|hanging|rising|glowing|\
product|products|photo|photograph|photography|picture|image|shot|scene|view|professional|professionally|advertisement|ad|advertising|commercial|ambience|ambiance|atmosphere|mood|feeling|style|styled|setting|set|place|placed|shape|shaped|piece|pieces|time|season|weather|inspired|themed|theme|like|look|looking|feel|being|all|also|just|only|more|lightly|softly|sky's|each|other|them|their|his|her|our|my|your|we|i|you|please|want|would|make|show|showing|create|generate|depicting|featuring|during|while|after|before|against|toward|towards|onto|upon|amid|amidst|via|per|plus|then|so|but|if|than|too|such|any|every|both|own|same|s|t|mm|k";

/// Korean words of the same kind, whole words without particles.
pub const GRAMMAR_KO: &str = "바로|위|위의|위에|위로|아래|아래의|아래에|앞|앞에|앞의|뒤|뒤에|뒤의|뒤로|옆|옆에|옆의|속|속의|속에|안|안의|안에|밖|곁|사이|사이로|사이의|주변|주위|가운데|중앙|한가운데|모서리|\
있는|있다|놓인|놓여|놓여진|놓고|둔|두고|올려진|올린|올려둔|서|선|세워진|드는|들어오는|비치는|비추는|비친|내리는|내린|오는|떨어지는|떨어진|흩날리는|흩어진|흩뿌려진|날리는|떠다니는|떠|뜬|떠오른|피어오르는|피어나는|핀|피는|가득|가득한|가득찬|가득히|덮인|쌓인|둘러싸인|걸린|매달린|켜진|켜|펼쳐진|지는|뜨는|흐르는|쏟아지는|스며드는|물든|어우러진|\
그리고|및|와|과|또는|함께|같은|처럼|듯한|모양|모양의|느낌|느낌의|느낌이|분위기|분위기의|풍|풍의|스타일|스타일의|컨셉|컨셉의|테마|장면|사진|이미지|그림|제품|상품|광고|제품컷|제품사진|촬영|샷|컷|연출|화보|화면|모습|풍경|공간|장소|곳|것|때|날|날씨|계절|시간|무렵|한|두|세|여러|몇|많은|작은|큰|조금|살짝|아주|매우|더|좀|그|이|저|를|을|은|는|가|의|에|로|해줘|해주세요|만들어줘|만들어|그려줘|그려|보여줘|보이는|보이게|원해요|주세요|하는|되는|된|한번|개|송이|장|조각|조각들|들|통해|따라|향해|향한|대한|위한|없는|없이|제외|말고|전체|전체적으로|색감|감성|감성의|무드|무드의|어우러지는|채운|채워진|장식된|장식한|장식하는|꾸민|꾸며진|만든|으로|에서|빛나고|좋은";

/// Words without an effect in English and Korean, with the nearest word of the vocabulary in each language.
pub const HINTS: &[(&str, &str, &str)] = &[
    (
        "seoul|tokyo|paris|london|york|shanghai|europe|france|italy|korea|japan",
        "서울|도쿄|파리|런던|뉴욕|상하이|유럽|프랑스|이탈리아|한국|일본|부산",
        "city|도시",
    ),
    ("mediterranean|santorini|jeju|greece|caribbean|okinawa", "지중해|산토리니|제주|제주도|그리스|카리브해|오키나와|한강", "ocean|바다"),
    ("pavilion|gazebo|shrine|pagoda", "정자|장독대|신사|기와|초가집", "hanok|한옥"),
    ("powder|dust|flour|sugar|salt", "가루|금가루|먼지|밀가루|설탕|소금", "smoke|연기"),
    ("bat|bats|ghost|witch|spider|skull", "박쥐|유령|마녀|거미|해골", "halloween|할로윈"),
    ("reflection|reflections|mirrored", "반사|반영|비침", "glossy|유광"),
    ("typewriter|pen|pencil|chalkboard|supplies|letter|stationery", "타자기|펜|연필|칠판|편지|문구", "book|책"),
    ("kingdom|throne|royal|king|queen|crown", "왕국|왕좌|왕실|왕|여왕|왕관", "palace|궁전"),
    ("persimmon|chestnut|pear|fig", "감|감나무|밤나무|배나무|무화과", "fruit|과일"),
    (
        "person|people|woman|man|model|girl|boy|human|hand|hands|child|baby|family|couple|face",
        "사람|여자|남자|모델|손|아이|아기|인물|소녀|소년|가족|커플|얼굴",
        "spotlight|스포트라이트",
    ),
    (
        "dog|cat|animal|bird|horse|rabbit|butterfly|fish|pet|puppy|kitten",
        "강아지|고양이|동물|새|말|토끼|나비|물고기|개|반려동물",
        "feather|깃털",
    ),
    ("car|vehicle|motorcycle|bike|bicycle|truck|bus|train", "자동차|차|오토바이|자전거|트럭|버스|기차", "road|도로"),
    ("airplane|plane|drone|rocket", "비행기|드론|로켓", "sky|하늘"),
    ("boat|ship|yacht|sailboat", "배|요트|보트|돛단배", "ocean|바다"),
    ("windy|wind|breeze|breezy", "바람|바람 부는|산들바람", "falling leaves|떨어지는 나뭇잎"),
    ("lightning|thunder|tornado|hurricane", "번개|천둥|토네이도|태풍", "storm|폭풍"),
    ("rainbow", "무지개", "rain|비"),
    ("chair|stool|furniture|armchair", "의자|가구|스툴|안락의자", "living room|거실"),
    ("carpet|rug|mat|towel", "카펫|러그|매트|수건|양탄자", "fabric|패브릭"),
    ("fur|wool|knit|fluffy|felt", "모피|털|양모|니트|폭신한|퍼", "blanket|이불"),
    ("rattan|wicker|straw|bamboo mat|basket", "라탄|등나무|짚|대자리|바구니", "linen|린넨"),
    ("cork|plywood|chipboard", "코르크|합판", "wood|나무"),
    ("school|classroom|university|campus", "학교|교실|대학교|캠퍼스", "library|서재"),
    ("airport|station|subway|train station", "공항|역|지하철|기차역", "hall|홀"),
    ("church|cathedral|castle", "교회|성당|성|성곽", "palace|궁전"),
    ("cave|tunnel|underground", "동굴|터널|지하", "dark background|검은 배경"),
    ("volcano|lava|magma", "화산|용암|마그마", "fire|불꽃"),
    ("swamp|marsh|mud", "늪|습지|진흙", "pond|연못"),
    ("vineyard|winery|cellar|barrel", "포도밭|와이너리|저장고|오크통", "wine bar|와인바"),
    ("music|guitar|piano|instrument", "음악|기타|피아노|악기", "stage|무대"),
    (
        "computer|laptop|monitor|keyboard|phone|technology|tech|digital|futuristic|hologram|robot",
        "컴퓨터|노트북|모니터|키보드|휴대폰|기술|디지털|미래적인|홀로그램|로봇",
        "neon|네온",
    ),
    ("food|bread|cake|dessert|meal|chocolate bar|cookie|pastry", "음식|빵|케이크|디저트|쿠키|과자|식사", "cafe|카페"),
    ("tea|juice|beer|cocktail|drink|beverage|milk", "차 한 잔|주스|맥주|칵테일|음료|우유", "ice cube|얼음 조각"),
    ("vegetable|vegetables|tomato|avocado|mushroom|salad", "채소|야채|토마토|아보카도|버섯|샐러드", "herb|허브"),
    ("apple|banana|mango|pineapple|watermelon|coconut|kiwi|peach fruit", "사과|바나나|망고|파인애플|수박|코코넛|키위", "fruit|과일"),
    ("nut|nuts|almond|walnuts|honey|honeycomb|cinnamon|spice|spices", "견과류|아몬드|꿀|벌집|계피|향신료", "coffee bean|원두"),
    ("perfume|cosmetics|makeup|skincare|beauty|lotion", "향수|화장품|메이크업|스킨케어|뷰티|로션|코스메틱", "vanity table|화장대"),
    ("jewelry|diamond|crystal|crystals|gem|gemstone", "보석|다이아몬드|크리스털|크리스탈|주얼리|원석", "pearl|진주"),
    ("sofa bed|mattress|pillow|cushion", "매트리스|베개|쿠션", "bedding|침구"),
    (
        "beautiful|pretty|nice|good|gorgeous|stunning|amazing|attractive|perfect|best|great",
        "예쁜|아름다운|멋진|이쁜|훌륭한|매력적인|완벽한|최고의|근사한",
        "luxury|고급",
    ),
    (
        "high quality|quality|detailed|realistic|photorealistic|hd|4k|8k|hyperrealistic|ultra|masterpiece|sharp|high resolution",
        "전문적인|고품질|고화질|사실적인|고해상도|선명하게|초고화질|실사",
        "cinematic|시네마틱",
    ),
    ("trendy|stylish|chic|sophisticated|urban chic", "트렌디한|세련|시크한|감각적인", "minimal|미니멀"),
    ("happy|joyful|fun|cheerful|playful|lively", "행복한|즐거운|신나는|유쾌한|발랄한|활기찬", "vivid|선명한"),
    ("sad|melancholy|lonely|mysterious|spooky|scary", "슬픈|쓸쓸한|외로운|무서운|으스스한|미스터리한", "moody|무드 있는"),
    ("natural|organic|eco|eco friendly|vegan|healthy", "내추럴|유기농|친환경|비건|건강한|자연스러운|천연", "nature|자연"),
    ("rustic|farmhouse|country|bohemian|boho", "러스틱|시골풍|보헤미안|보호|투박한", "wood|나무"),
    ("texture|textured|pattern|patterned|striped|dotted|plaid", "질감|무늬|패턴|줄무늬|체크무늬|땡땡이", "textured wall|질감 있는 벽"),
    ("transparent|translucent|clear|see through", "투명한|반투명한|투명|맑고", "glass|유리"),
    ("shiny|sheen|glazed", "빛나는 표면|번쩍이는|반들반들한|윤기 나는", "glossy|유광"),
    ("ramadan|diwali|easter|mid-autumn|hanukkah|oktoberfest", "라마단|부활절|칠석|단오|정월대보름", "festival|축제"),
    ("tree|trees|trunk|pine|fir", "나무들|소나무들|전나무|가로수|고목", "forest|숲"),
    ("bridge|tower|temple gate|monument|statue", "다리|탑|기념비|동상", "cityscape|도시"),
    ("swimwear|surfing|surfboard|parasol|umbrella", "서핑|파라솔|우산|서프보드", "beach|해변"),
    ("tilt|dutch angle|fisheye|isometric", "기울인|어안|아이소메트릭", "high angle|하이앵글"),
    ("portrait|studio portrait|headshot", "인물 사진|초상화", "studio|스튜디오"),
];
