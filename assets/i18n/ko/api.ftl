# Messages of the area `api`. Message IDs are notice codes.

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
api-form-unknown-part = 폼의 { JOSA($name, "은/는") } 없는 항목이에요. GET /help/parameters를 확인하세요.
api-form-text-not-utf8 = { $position }번째 바이트가 UTF-8이 아니에요. 글은 UTF-8로, 파일은 그림 항목에만 보내세요.
