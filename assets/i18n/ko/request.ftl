# Messages of the area `request`. Message IDs are notice codes.

## Rules: noun phrases

request-rule-integer = { $min }–{ $max } 사이의 정수
request-rule-multiple = { $multiple }의 배수인 { $min }–{ $max } 사이의 정수
request-rule-seed = 0–{ $max } 사이의 정수, 무작위는 -1
request-rule-number = { $min }–{ $max } 사이의 수
request-rule-flag = true 또는 false
request-rule-prompt = 제어 문자 없이 { $most }자까지
request-rule-text = 줄바꿈을 포함해 { $most }자까지, 비우면 문구 없음
request-rule-choice = 다음 중 하나: { $words }
request-rule-font = 글꼴 목록에 있는 이름. 같은 파일이 하나뿐이면 파일 이름만 써도 됨
request-rule-image = PNG, JPEG, WebP, HEIC, BMP, TIFF 파일의 Base64. 앞에 data:image/...;base64,가 있어도 됨
request-rule-image-without-heic = PNG, JPEG, WebP, BMP, TIFF 파일의 Base64. 앞에 data:image/...;base64,가 있어도 됨
request-rule-color = #E53935 같은 색
request-rule-background = #E53935 같은 색, 또는 { $transparent }
request-rule-layers = 아래에서 위 순서로 { $most }개까지의 레이어 목록. 각 레이어는 type이 다음 중 하나인 객체: { $types }
request-rule-layer-text = 줄바꿈을 포함해 { $most }자까지의 문자열
request-rule-layer-image = PNG, JPEG, WebP, SVG 파일의 Base64. 앞에 data:image/...;base64,가 있어도 됨
request-rule-label = { $most }자까지의 문자열
request-rule-section = 기본값이면 true, 없으면 false, 또는 다음 항목이 있는 객체: { $fields }
request-rule-runs = 다음 항목이 있는 객체 1–{ $most }개의 목록: { $fields }

## Values as messages name them

request-list = 목록
request-object = 객체

## Invalid values

request-out-of-range = { JOSA($value, "은/는") } 범위를 벗어났어요. 쓸 수 있는 값: { $rule }
request-not-a-whole-number = { JOSA($value, "은/는") } 정수가 아니에요. 쓸 수 있는 값: { $rule }
request-not-a-number = { JOSA($value, "은/는") } 수가 아니에요. 쓸 수 있는 값: { $rule }
request-not-a-multiple = { JOSA($value, "은/는") } { $multiple }의 배수가 아니에요. { JOSA($below, "이나/나") } { JOSA($above, "을/를") } 쓰세요.
request-not-a-flag = { JOSA($value, "은/는") } true도 false도 아니에요
request-unknown-choice = { JOSA($value, "은/는") } 알 수 없는 값이에요. 쓸 수 있는 값: { $rule }
request-choice-not-a-text = { JOSA($value, "은/는") } 문자열이 아니에요. 쓸 수 있는 값: { $rule }
request-not-a-text = { JOSA($value, "은/는") } 문자열이 아니에요. 문자열을 쓰거나 비워 두세요.
request-far-too-long = 너무 길어요. { $most }자까지 쓸 수 있어요.
request-too-long = { $count }자는 너무 길어요. { $most }자까지 쓸 수 있어요.
request-control-character = 제어 문자 { JOSA($code, "이/가") } 들어 있어요. 지워 주세요.
request-missing-glyphs = { JOSA($characters, "은/는") } 어떤 글꼴로도 그릴 수 없어요. 빼거나 그 글자가 있는 글꼴을 추가하세요.
request-many-missing-glyphs = { $characters } 등은 어떤 글꼴로도 그릴 수 없어요. 빼거나 그 글자가 있는 글꼴을 추가하세요.
request-font-not-a-text = { JOSA($value, "은/는") } 문자열이 아니에요. 글꼴 목록에 있는 이름을 쓰세요.
request-unknown-font = { JOSA($font, "은/는") } 목록에 없는 글꼴이에요. 목록에서 골라 주세요.
request-skipped-font = { $font } 글꼴을 쓸 수 없어요. { $reason }
request-no-default-font = 기본 글꼴 { JOSA($font, "이/가") } 없어요. 목록에서 골라 주세요.
request-stop-before-start = { $stop }단계는 시작 단계({ $start })보다 앞서요. 시작 단계 이상으로 고치거나 비워 두세요.
request-test-mode-conflict = test_mode는 초안 엔진을 뜻하는데 engine이 "diffusion"이에요. 둘 중 하나만 쓰세요.

## Missing fields

request-text-missing = 2단계부터 시작하려면 광고 문구가 필요해요
request-step1-missing = { $step }단계부터 시작하려면 이전 작업의 1단계 결과가 필요해요
request-step2-missing = 3단계부터 시작하려면 이전 작업의 2단계 결과가 필요해요

## Pictures

request-image-not-attached = { JOSA($value, "은/는") } 그림이 아니에요. 그림 파일을 보내세요.
request-image-not-a-text = { JOSA($value, "은/는") } 문자열이 아니에요. 파일을 Base64 문자열로 보내세요.
request-invisible-image = 그림이 완전히 투명해요. 무언가 보이는 그림을 쓰세요.
request-step2-opaque = 그림에 투명한 부분이 없어 글자와 배경을 가를 수 없어요. 이전 작업의 2단계 결과나 배경이 투명한 PNG를 쓰세요.
request-mask-not-used = 1단계부터 시작할 때만 제품을 잘라내요. { $start }단계부터 시작하려면 마스크를 빼세요.
request-mask-without-photo = 마스크에는 제품 사진이 필요해요. 사진도 넣어 주세요.
request-mask-shape = { $width }×{ $height } 마스크는 사진({ $photo_width }×{ $photo_height })과 비율이 달라요. 그 사진으로 만든 마스크를 쓰세요.
request-mask-empty = 마스크에 제품이 없어요. 제품을 칠해 주세요.

## Requests that cannot be read

request-not-utf8 = 요청 본문의 { $position }번째 바이트가 UTF-8이 아니에요
request-too-deep = 요청 본문이 { $most }단계보다 깊게 중첩되어 있어요. 항목의 값은 문자열, 수, true/false예요.
request-not-json = 요청 본문이 올바른 JSON이 아니에요: { $detail }
request-not-an-object = 요청 본문은 {"{"}"text_content": "신메뉴"{"}"} 같은 JSON 객체여야 해요
request-surrogate = 반쪽짜리 \u 서로게이트가 들어 있어요. 글을 UTF-8로 보내세요.
request-number-too-large = 수가 너무 커요. 더 작은 수를 쓰세요.
request-duplicate = 두 번 이상 보냈어요. 한 번만 보내세요.

## Warnings

request-emoji-without-colour = { JOSA($character, "은/는") } 색 있는 이모지가 아니라 단색 모양으로 그려요
request-placeholder = 쓸 수 있는 그림이 아니어서 테스트 모드가 자리표시 그림을 넣었어요
request-alias-ignored = { $field }도 보냈기 때문에 쓰지 않았어요
request-scaled-as-asked = { $from_width }×{ $from_height } 그림을 지정한 크기 { $width }×{ $height }에 맞췄어요
request-scaled-to-nearest = { $from_width }×{ $from_height } 그림을 { $width }×{ $height }에 맞췄어요. 변의 길이가 { $min }–{ $max } 사이인 가장 가까운 크기예요.
request-mask-ignored = 사진과 비율이 달라서 테스트 모드에서는 쓰지 않아요
request-image-not-used = { $start }단계부터 시작할 때는 쓰지 않아요
request-unknown-field = { $name }: 모르는 항목이라 무시했어요
request-unknown-field-hint = { $name }: 모르는 항목이라 무시했어요. 혹시 { $field }인가요?
request-more-unknown-fields = 모르는 항목 { $count }개를 더 무시했어요

## Several messages

request-errors =
    { $first }
    { $next }

## Layers and backgrounds

request-not-a-color = { JOSA($value, "은/는") } 색이 아니에요. 쓸 수 있는 값: { $rule }
request-layers-not-json = { JOSA($text, "은/는") } JSON 레이어 목록이 아니에요: { $detail }
request-layers-too-large = 목록의 값이 { $most }개를 넘거나 너무 깊어요. 레이어나 runs를 줄이세요.
request-layers-unreadable = 너무 큰 수나 반쪽짜리 \u 서로게이트가 있어요. 올바른 JSON을 쓰세요.
request-layers-not-a-list = { JOSA($value, "은/는") } 목록이 아니에요. 쓸 수 있는 값: { $rule }
request-layers-too-many = 레이어 { $count }개는 너무 많아요. { $most }개까지 쓰세요.
request-layer-not-an-object = { JOSA($value, "은/는") } 객체가 아니에요. type이 다음과 같은 객체를 쓰세요: { $rule }
request-layer-required = 꼭 필요해요. 쓸 수 있는 값: { $rule }
request-layer-not-a-text = { JOSA($value, "은/는") } 문자열이 아니에요. 쓸 수 있는 값: { $rule }
request-layer-not-a-section = 여기에는 { JOSA($value, "을/를") } 쓸 수 없어요. 쓸 수 있는 값: { $rule }
request-layer-runs = 여기에는 { JOSA($value, "을/를") } 쓸 수 없어요. 쓸 수 있는 값: { $rule }
request-layer-two-texts = text와 runs는 함께 쓸 수 없어요. 둘 중 하나만 쓰세요.
request-layer-blank-text = 보이는 글자가 없어요. 문구를 넣거나 레이어를 지우세요.
request-layer-field-of-another-type = 이 종류의 레이어에서는 쓰지 않아요. 쓰는 종류: { $types }
request-layer-pixels = 레이어 그림의 화소가 모두 합쳐 { $megapixels }메가픽셀을 넘어요. 더 작은 그림을 쓰세요.
request-two-backgrounds = { FIELD("background_color") }, { FIELD("background_image") } 중 하나만 쓸 수 있어요. 하나를 빼세요.
request-product-crop = { FIELD($other) }보다 사진의 { $least } 이상 커야 해요. 사진을 더 넓게 쓰거나 자르기를 빼세요.
request-product-area = { FIELD($other) }보다 캔버스의 { $least } 이상 커야 해요. 영역을 넓히거나 영역을 빼세요.
