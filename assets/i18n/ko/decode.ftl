# Messages of the area `decode`. Message IDs are notice codes.

## Errors

decode-not-an-image = 그림 파일이 아니에요. { $formats } 사진을 여세요.
decode-formats = PNG, JPEG, WebP, HEIC, BMP, TIFF
decode-formats-without-heic = PNG, JPEG, WebP, BMP, TIFF
decode-unsupported = { $format } 파일은 지원하지 않아요. { $remedy }
decode-variant = 이 { $format } 파일의 { $variant } 방식은 지원하지 않아요. { $remedy }
decode-too-large = 그림이 너무 커요({ $width }×{ $height }픽셀). { $remedy }
decode-damaged = { $format } 파일이 손상되었거나 끝까지 있지 않아요: { $detail }. 다시 저장하거나 복사하고, 그래도 안 되면 다른 파일을 고르세요.
decode-empty = 빈 파일이에요. 다시 저장하거나 내려받으세요.
decode-unreadable = 파일을 읽을 수 없어요: { $error }
decode-not-a-file = 파일을 읽을 수 없어요: 폴더, 파이프 또는 장치예요
decode-picture = 그림

## Names of formats that are not read

decode-name-raw = 카메라 RAW
decode-name-raw-of = 카메라 RAW({ $format })
decode-name-video = 동영상({ $format })
decode-name-video-or-sound = 동영상 또는 소리({ $format })
decode-name-archive = 압축({ $format })
decode-name-compressed = 압축된({ $format })
decode-name-icon = 아이콘({ $format })
decode-name-cursor = 마우스 커서({ $format })
decode-name-texture = { $format } 텍스처
decode-name-database = 데이터베이스
decode-name-office-document = 오피스 문서
decode-name-text-document = 텍스트 문서({ $format })
decode-name-metadata = macOS 메타데이터({ $format })
decode-name-web-page = 웹 페이지({ $format })

## Remedies

decode-remedy-editor = 그림 편집 프로그램에서 열어 PNG나 JPEG로 저장하세요.
decode-remedy-layered = 만든 프로그램에서 PNG로 내보내세요.
decode-remedy-vector = 만든 프로그램에서 너비 2000픽셀쯤의 PNG로 내보내세요.
decode-remedy-raw = Lightroom, Capture One, darktable 같은 프로그램에서 먼저 JPEG, PNG, TIFF로 현상하세요.
decode-remedy-video = 한 장면을 PNG나 JPEG로 저장하세요.
decode-remedy-heic = JPEG로 저장하세요. Mac은 미리보기의 파일 > 내보내기, Windows는 사진 앱의 다른 이름으로 저장, Android는 갤러리 앱에서 할 수 있어요. iPhone은 설정 > 카메라 > 포맷 > 높은 호환성을 고르면 JPEG로 찍혀요.
decode-remedy-avif = PNG나 JPEG로 저장하세요. Mac은 미리보기의 파일 > 내보내기, Windows는 사진이나 그림판의 다른 이름으로 저장, 휴대폰은 갤러리 앱에서 할 수 있어요.
decode-remedy-archive = 압축을 풀고 안에 있는 그림을 고르세요.
decode-remedy-web-page = 브라우저에서 페이지를 열고 그림만 저장하세요.
decode-remedy-document = 안에 있는 그림을 PNG나 JPEG로 저장하세요.
decode-remedy-apple-double = 앞에 "._"가 없는 같은 이름의 파일을 고르세요.
decode-remedy-rgb = 8비트나 16비트 RGB, 또는 PNG로 저장하세요.
decode-remedy-compression = LZW 압축이나 압축 없음, 또는 PNG로 저장하세요.
decode-remedy-ordinary-jpeg = 그림 편집 프로그램에서 열어 일반 JPEG나 PNG로 저장한 뒤 다시 고르세요.
decode-remedy-png = 그림 편집 프로그램에서 열어 PNG로 저장한 뒤 다시 고르세요.
decode-remedy-heic-to-jpeg = 미리보기, 사진, 갤러리 앱에서 JPEG로 저장하세요.
decode-remedy-pixels = { $megapixels }메가픽셀, 한 변 65,535픽셀까지 쓸 수 있어요. 그림 편집 프로그램에서 줄여서 여세요.
decode-remedy-pixel-data = 픽셀 데이터 4GiB까지 쓸 수 있어요. 그림 편집 프로그램에서 줄여서 여세요.
decode-remedy-progressive = 프로그레시브 JPEG는 전체가 메모리에 들어가야 해요. 베이스라인(표준) JPEG로 저장하거나 크기를 줄인 뒤 다시 고르세요.

## Variants that are not read: after "uses" in English, before "방식" in Korean

decode-uses-header = 드문 헤더나 압축 방식
decode-uses-coding = 드문 부호화
decode-uses-file-size = { $mebibytes }MiB를 넘는 크기
decode-uses-hierarchical = 계층 부호화
decode-uses-lossless = 무손실 압축
decode-uses-arithmetic = 산술 부호화
decode-uses-sample-bits = { $bits }비트 샘플
decode-uses-components = 색상 성분 { $count }개
decode-uses-group-3 = 압축하지 않은 CCITT Group 3 데이터
decode-uses-unknown-compression = 알 수 없는 압축({ $number }번)
decode-uses-compression = { $scheme } 압축
decode-uses-old-jpeg = 구형 JPEG 압축
decode-uses-prepress = 인쇄용(IT8) 압축
decode-uses-large-strips = 이 압축의 아주 큰 조각
decode-uses-large-jpeg-strips = 아주 큰 조각의 JPEG 압축
decode-uses-large-webp-strips = 아주 큰 조각의 WebP 압축
decode-uses-jpeg-bits = { $bits }비트 JPEG 압축
decode-uses-lossless-jpeg = 무손실 JPEG 압축
decode-uses-arithmetic-jpeg = 산술 또는 계층 JPEG 압축
decode-uses-picture-bits = { $bits }비트 JPEG 또는 WebP 압축
decode-uses-few-channels = 채널이 모자란({ $count }개) { $colours }
decode-uses-signed = 부호 있는 수로 된 픽셀
decode-uses-complex = 복소수로 된 픽셀
decode-uses-unknown-numbers = 알 수 없는 수로 된 픽셀
decode-uses-numbers = { $bits }비트 수로 된 픽셀
decode-uses-floats = { $bits }비트 부동소수점 수로 된 픽셀
decode-uses-mixed-depth = 채널마다 다른 비트 수
decode-uses-subsampling = 특이한 배열의 YCbCr 색상
decode-uses-spot-colours = 별색 잉크
decode-uses-itu-lab = ITU Lab 색상
decode-uses-logluv = LogLuv 색상
decode-uses-unknown-colours = 알 수 없는 색상 모델({ $number }번)
decode-uses-palette = { $bits }비트 번호의 팔레트
decode-uses-depth = { $bits }비트 { $colours }
decode-uses-float-depth = { $bits }비트 부동소수점 { $colours }
decode-uses-predictor = { $bits }비트 샘플의 예측기 { $number }번
decode-colours-grey = 회색조
decode-colours-rgb = RGB 색상
decode-colours-palette = 팔레트 색상
decode-colours-cmyk = CMYK 색상
decode-colours-ycbcr = YCbCr 색상
decode-colours-lab = Lab 색상

## Damage: a clause without a full stop

decode-damage-ends-early = 데이터가 중간에 끝남
decode-damage-memory = 메모리를 너무 많이 요구함
decode-damage-packing = 청크나 압축된 픽셀이 올바르지 않음
decode-damage-chunk-name = 청크 이름이 올바르지 않음
decode-damage-header = 헤더나 픽셀이 올바르지 않음
decode-damage-content = 내용이 올바르지 않음
decode-damage-no-picture = 그림이 없음
decode-damage-no-pixels = 픽셀이 없음
decode-damage-row-length = 행의 길이가 맞지 않음
decode-damage-data-before-frame = 그림 데이터가 프레임 헤더보다 앞에 있음
decode-damage-height = 높이가 적혀 있지 않음
decode-damage-scans = 스캔이 너무 많음
decode-damage-restart = 재시작 간격이 적혀 있지 않음
decode-damage-short-quantisation = 양자화 표가 끝까지 없음
decode-damage-no-quantisation = 양자화 표가 없음
decode-damage-huffman = 허프만 표가 올바르지 않음
decode-damage-scan-header = 스캔 헤더가 올바르지 않음
decode-damage-no-data = 그림 데이터가 없음
decode-damage-no-component = 색상 성분 하나가 없음
decode-damage-no-detail = 세부를 담은 뒷부분이 없음
decode-damage-segment = 세그먼트가 끝까지 없음
decode-damage-segment-length = 세그먼트 길이가 올바르지 않음
decode-damage-short-frame-header = 프레임 헤더가 너무 짧음
decode-damage-frame-header = 프레임 헤더가 올바르지 않음
decode-damage-sampling = 색상 샘플링 값이 올바르지 않음
decode-damage-last-row = 마지막 줄 전에 끝남
decode-damage-compressed-data = 압축 데이터가 잘못됨
decode-damage-no-samples = 픽셀에 샘플이 없음
decode-damage-layout = 그림 배열이 잘못됨
decode-damage-no-palette = 팔레트가 없음
decode-damage-subsampling = 색상 서브샘플링이 올바르지 않음
decode-damage-tile-size = 타일의 크기가 없음
decode-damage-many-strips = 그림 조각이 너무 많음
decode-damage-strips = 그림 조각 일부가 없음
decode-damage-overlap = 그림 조각이 겹침
decode-damage-jpeg = JPEG 데이터가 올바르지 않음
decode-damage-webp = WebP 데이터가 올바르지 않음
decode-damage-jpeg-channels = JPEG 데이터의 채널 수가 다름
decode-damage-webp-channels = WebP 데이터의 채널 수가 다름
decode-damage-part-size = 한 조각의 크기가 다름
decode-damage-value = 값이 파일 끝 너머에 있음
decode-damage-short-header = 첫머리에서 끝남
decode-damage-loop = 그림 정보가 서로를 되풀이해 가리킴
decode-damage-directory-position = 그림 정보가 파일 끝 너머에 있음
decode-damage-directory = 그림 정보가 잘못됨
decode-damage-progress = 그림의 { $percent }% 지점에서 데이터가 손상되었거나 끝남

## Notes on a picture that is used: a clause without a full stop

decode-note-missing-rows = { $format } 데이터가 중간에 끊겨 맨 아래 몇 줄이 없어요
decode-note-damaged-jpeg = JPEG 데이터가 손상되어 그림 일부가 잘못 보일 수 있어요
decode-note-pages = { $pages }쪽짜리 파일이라 첫 쪽을 써요
decode-note-zero-alpha = 알파가 모두 0이라 무시했어요
decode-note-damaged-profile = 색상 프로파일이 손상되어 쓰지 않았어요
decode-note-large-profile = 색상 프로파일이 너무 커서 쓰지 않았어요
decode-note-other-profile = 색상 프로파일이 다른 색상 모드용이라 쓰지 않았어요
decode-note-unknown-encoding = 알 수 없는 색상 방식이라 sRGB로 보고 읽었어요
decode-note-hdr = HDR 그림이라 보통 흰색보다 밝은 부분은 흰색으로 바뀌었어요
decode-note-unconverted = 색상을 sRGB로 바꿀 수 없어 다르게 보일 수 있어요
