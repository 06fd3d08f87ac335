# Words of the studio: the canvas and the welcome page. Message IDs are notice codes.

tab-product = 제품
tab-background = 배경
tab-text = 글자
tab-final = 완성

canvas-by-draft = { $caption } · 초안
canvas-by-diffusion = { $caption } · FLUX
canvas-only-to-background = { $caption } · 배경까지
canvas-only-to-text = { $caption } · 글자까지
canvas-only-to-cutout = { $caption } · 제품까지
canvas-damaged = 그림을 읽을 수 없어요. 다시 만들거나 이 작업을 삭제하세요.
canvas-draft-meanwhile = { $caption } · 그동안은 초안
canvas-nothing-of-step = 이 작업에는 이 단계의 그림이 없어요.
canvas-nothing-made = 그림이 없어요. 첫 그림이 나오기 전에 작업이 끝났거나 파일이 사라졌어요.
canvas-move-product = 제품 옮기기
canvas-move-text = 문구 옮기기
canvas-ground = 바닥
canvas-failed = 실패
canvas-copy-message = 메시지 복사
canvas-stopped = 중지됨 · 끝난 단계까지의 그림이에요
canvas-picture = 광고 그림
canvas-draft = 초안
canvas-result = 결과
canvas-live-draft = 실시간 초안
canvas-drawing = 초안 그리는 중...
canvas-making = 만드는 중 { $percent } %
canvas-result-of = 결과 · { $title } · 시드 { $seed }
canvas-first-draft = 첫 초안을 그리고 있어요
canvas-no-product = 아직 제품 사진이 없어요. 왼쪽에 놓아 주세요.
canvas-no-text = 아직 광고 문구가 없어요. 왼쪽에 입력해 주세요.

welcome-title = 제품 사진 한 장으로 광고를 만들어요
welcome-about = 모든 작업은 이 컴퓨터 안에서 이루어져요
welcome-one = 제품 사진을 창에 끌어다 놓으세요
welcome-two = 배경 장면을 고르거나 글로 설명하세요
welcome-three = 광고 문구를 쓰고 생성을 누르세요
