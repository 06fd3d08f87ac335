# Words of the studio: the fields on the left and the brush. Message IDs are notice codes.

product-refine = 마스크 다듬기
product-corrected = 마스크 다듬음
product-title = 제품
product-replace = 바꾸기
product-remove = 제거
product-drop = 여기에 제품 사진을 놓으세요
product-formats = 또는 눌러서 열기 · PNG, JPEG, HEIC, TIFF 등
product-path = 경로
product-paste = 붙여넣기
product-sample = 샘플
product-show = 잘라낸 제품 보기
product-cut-out = 배경 제거됨
product-own-alpha = 파일의 투명도 사용
product-cutting = 배경 제거 중...
product-recent = 최근에 사용한 파일: { $path }

brush-about = 잘라낸 모양이 어긋나면 붓으로 고칠 수 있어요.
brush-corrected = 손으로 다듬은 마스크를 쓰고 있어요.
brush-add = 더하기
brush-remove = 빼기
brush-size = 붓 크기 [ ]
brush-soft = 부드러움

scene-title = 배경 장면
scene-hint = 예: 아침 햇살이 드는 나무 테이블

text-title = 광고 문구
text-hint = 예: 신메뉴 출시
text-too-long = 문구는 { $most }자까지 쓸 수 있어요. 지금은 { $count }자예요.

font-folders = 폴더
font-title = 글꼴
font-search = 글꼴 찾기
font-sample = 가나다 Abc
font-none = 찾는 글꼴이 없어요
font-missing = 이 글꼴에 없는 글자 { JOSA($characters, "은/는") } 다른 글꼴로 그려요.
font-nowhere = 그릴 수 있는 글꼴이 없는 글자예요. 빼거나 글꼴을 추가하세요: { $characters }
font-lacks = { $font } · 문구의 글자 일부가 없어요

style-title = 글자 스타일
style-hint = 예: 광택 나는 금

layers-text-placed = 문구를 직접 놓았어요
layers-product-placed = 제품을 직접 놓았어요
layers-automatic = 자동으로
layers-title = 합성
layers-overlay = 위에
layers-blend = 어우러지게
layers-behind = 제품 뒤로
layers-top = 상단
layers-center = 중앙
layers-bottom = 하단
layers-auto = 자동
layers-composition = 합성 강도
layers-camera-own = 카메라 돌리기
layers-camera = 카메라 높이
layers-camera-about = 장면을 내려다보는 각도예요. 0은 눈높이, 90은 바로 위예요. 끄면 사진에 맞춰요.
layers-strength = 배경 적응
layers-composition-about = 글자 주변의 빛과 색을 얼마나 맞출지 정해요.
layers-strength-about = 제품을 넣을 때 배경을 얼마나 바꿀 수 있는지 정해요.
layers-overlay-about = 글자가 제품 앞에 놓여요.
layers-blend-about = 글자가 장면의 빛과 색에 어우러져요.
layers-behind-about = 겹치는 곳에서 제품이 글자를 가려요.
layers-top-about = 광고 문구를 위쪽에 놓아요
layers-center-about = 광고 문구를 가운데에 놓아요
layers-bottom-about = 광고 문구를 아래쪽에 놓아요
layers-auto-about = 광고 문구를 그림에서 가장 단순한 곳에 놓아요

size-title = 크기
size-width = 너비
size-height = 높이
size-range = { $side }: { $min }~{ $max } 픽셀

seed-title = 시드
seed-about = 같은 시드와 설정은 같은 그림을 만들어요.
seed-lock-about = 고정하면 바뀐 것이 없을 때 생성해도 시드가 그대로예요.

advanced-engine = 엔진
advanced-engine-auto = 자동
advanced-engine-draft = 초안
advanced-engine-diffusion = FLUX
advanced-model = 모델
advanced-model-auto = 자동
advanced-model-flux1 = FLUX.1 + SDXL
advanced-model-flux2-klein = FLUX.2 klein
advanced-title = 고급 설정
advanced-scene-negative = 배경에서 피할 것
advanced-style-negative = 글자에서 피할 것
advanced-negative-hint = 예: 사람, 워터마크
advanced-preserve = 제품 픽셀 그대로 유지
advanced-diffusion-only = 아래는 디퓨전 엔진에서만 쓰여요
advanced-steps = 배경 단계
advanced-text-steps = 글자 단계
advanced-guidance = 프롬프트 반영
advanced-steps-about = 배경을 그리는 단계 수예요. 많을수록 오래 걸리고 더 섬세해요.
advanced-text-steps-about = 글자를 그리는 단계 수예요. 많을수록 오래 걸리고 더 섬세해요.
advanced-guidance-about = 그림이 프롬프트를 얼마나 따를지 정해요.

preset-more = 모든 장면
preset-add = 이 프롬프트를 프리셋으로 저장
preset-remove = 이 프리셋 삭제

size-formats = 광고 규격 크기
format-none = 규격: 인스타그램, 구글, 카카오, 인쇄 …
format-limits = { $width }×{ $height }픽셀, { $file }, 최대 { $most }KB. 용량에 맞는 가장 좋은 품질을 찾아요.
format-no-limit = { $width }×{ $height }픽셀, { $file }
