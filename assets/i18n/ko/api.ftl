# Messages of the area `api`. Message IDs are notice codes.

# Errors of calls.
api-wrong-fields = 잘못된 필드가 { $count }개 있어요
api-token-required = 토큰이 필요해요. Authorization: Bearer <토큰> 헤더를 보내거나 HTTP Basic의 비밀번호로 토큰을 보내세요.
api-method-not-allowed = 허용되지 않는 메서드예요. Allow 헤더에서 이 경로의 메서드를 확인하세요.
api-body-late = 요청 본문이 제때 도착하지 않았어요
api-body-unreadable = 요청 본문을 읽을 수 없어요: { $detail }
api-body-too-large = 요청 본문이 한도({ $limit }바이트)보다 커요. POST /generate에 더 작은 이미지를 보내거나 설정에서 max_body_mib을 늘리세요.
api-body-not-json = 요청 본문은 JSON이어야 해요. Content-Type: application/json 헤더를 보내세요.
api-body-format = 요청 본문은 JSON, 폼 또는 프로젝트여야 해요. Content-Type 헤더로 application/json, multipart/form-data, application/zip 중 하나를 보내세요.
api-shutting-down = 서버가 끝나는 중이에요
api-internal-error = 서버 내부 오류예요. 자세한 내용은 프로그램의 로그에 있어요.
api-not-found = 찾을 수 없어요. GET /help에서 목록을 확인하세요.
api-no-page = 찾을 수 없어요. 문서는 /docs/에 있어요.
api-no-image = 이 작업에는 그런 그림이 (아직) 없어요
api-no-font = 글꼴을 찾을 수 없어요. GET /fonts에서 이름을 확인하세요.
api-no-clip-score = CLIP 점수는 계산하지 않아요. 글자의 가독성은 GET /status/{"{"}job_id{"}"}의 응답에 있어요.
api-flag = true나 false를 보내세요
api-limit = 1부터 { $most }까지의 정수를 보내세요
api-before = 작업을 찾을 수 없어요. GET /jobs에 있는 작업의 ID를 보내세요.
api-annotation = starred(true 또는 false), title, note를 보내세요: { $detail }

# Connections.
api-headers-late = 요청 헤더가 제때 도착하지 않았어요. 다시 보내세요.
api-headers-too-large = 요청 헤더가 너무 커요. 수를 줄이거나 더 짧게 보내세요.
api-address-too-long = 요청 주소가 너무 길어요. 데이터는 본문에 담아 보내세요.
api-not-http = 올바른 HTTP/1.1 요청이 아니에요. 첫 줄과 헤더를 확인하세요.
api-too-many-connections = 연결이 너무 많아요. { $seconds }초 뒤에 다시 시도하세요.

# Access.
api-host-forbidden = { $reason }. 이 서버는 localhost에만 응답해요. 다른 이름은 --allow-host로 허용하세요.
api-host-several = Host 헤더가 둘 이상이에요
api-host-unreadable = Host 헤더를 읽을 수 없어요
api-host-missing = Host 헤더가 없어요
api-host-invalid = Host 헤더가 호스트 이름이 아니에요
api-host-unknown = 허용되지 않은 Host 이름이에요
api-origin-forbidden = 다른 출처의 웹 페이지는 이 서버를 호출할 수 없어요. --allow-origin으로 출처를 허용하세요.
api-token-missing = 다른 컴퓨터에서 접근할 수 있는 주소라서 토큰이 필요해요
api-token-short = 다른 컴퓨터에서 접근할 수 있는 주소에 쓰기에는 토큰이 너무 짧아요. { $least }자 이상으로 정하세요
api-token-control = 토큰에 보낼 수 없는 제어 문자가 있어요. 영문자와 숫자를 쓰세요.

# Settings of access. $reason: one of the messages below.
api-origin-wrong = { $front_end ->
    [cli] --allow-origin
   *[rest] allow-origin
}: { $origin } – { $reason }. https://shop.example이나 http://localhost:3000처럼 쓰세요.
api-origin-file = { $front_end ->
    [cli] --allow-origin
   *[rest] allow-origin
}: 파일로 연 페이지에는 출처가 없어서 null을 보내요. 페이지를 HTTP로 제공하고 그 출처를 허용하세요.
api-host-wrong = { $front_end ->
    [cli] --allow-host
   *[rest] allow-host
}: { $host } – { $reason }. studio.lan이나 studio.lan:8000처럼 쓰세요.
api-name-no-scheme = 스킴이 없어요
api-origin-pattern = 출처가 아니에요. 패턴은 쓸 수 없어요
api-origin-path = 브라우저가 보내지 않는 경로가 있어요
api-origin-malformed = 스킴, 호스트, 포트로 이루어진 출처가 아니에요
api-host-scheme = 스킴이 있어요
api-host-pattern = 이름이 아니에요. 패턴은 쓸 수 없어요
api-host-path = 경로가 있어요
api-host-malformed = 호스트 이름이 아니에요

## Pictures as base64

api-data-url = data:image/...;base64, 주소만 쓸 수 있어요. 파일을 Base64로 보내세요.
api-image-empty = 비어 있어요. 파일을 Base64로 보내거나 항목을 빼세요.
api-base64-character = Base64가 아니에요({ $position }번째 글자 { $character }). 파일을 Base64로 인코딩해 보내세요.
api-base64-truncated = Base64의 끝부분이 없어요. 파일을 Base64로 인코딩해 보내세요.
api-base64-invalid = Base64가 아니에요({ $detail }). 파일을 Base64로 인코딩해 보내세요.

## Forms

api-form-without-boundary = 폼에 boundary가 없어요. Content-Type 헤더는 multipart/form-data; boundary=… 형태여야 해요.
api-form-damaged = 폼이 손상되었어요: { $detail }
api-form-too-many-parts = 폼의 항목이 { $most }개를 넘어요. 항목마다 한 번만 보내세요.
api-form-part-without-name = 폼에 이름 없는 항목이 있어요. 항목마다 필드 이름을 쓰세요.
api-form-text-not-utf8 = { $position }번째 바이트가 UTF-8이 아니에요. 글은 UTF-8로, 파일은 그림 항목에만 보내세요.

# Models.
api-no-models = 이 서버는 모델을 관리하지 않아요
api-pull = 본문이 올바르지 않아요({ $detail }). {"{"}"accept_licence": true{"}"}를 보내세요.
