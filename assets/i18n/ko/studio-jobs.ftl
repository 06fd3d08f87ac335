# Words of the studio: the top bar, steps, progress, generating, the history and the status bar. Message IDs are notice codes.

top-engine-diffusion = FLUX · { $device }
top-project = 프로젝트 이름
top-untitled = 제목 없는 광고
top-server-off = 서버 꺼짐
top-engine-draft = 초안 엔진

step-stopping = 중지하는 중…
step-will-soon = 실행 · 1초 이내
step-will-in = 실행 · 약 { $seconds }초
step-running-left = 실행 중 · { $seconds }초 남음
step-waiting-for = 대기 · 약 { $seconds }초
step-background = 배경
step-text = 글자
step-composite = 합성
step-kept = 캐시됨
step-will = 실행 예정
step-running = 실행 중
step-waiting = 대기
step-done = 완료
step-off = 문구 없음
step-about = 생성은 입력이 바뀐 단계만 다시 실행해요.
step-about-seconds = 약 { $seconds }초
step-soon = 1초 이내

stage-waiting = 차례를 기다리는 중
stage-segmentation = 제품 잘라내는 중
stage-scene = 배경 그리는 중
stage-injection = 제품 배치하는 중
stage-text-canvas = 글자 배치하는 중
stage-canny = 글자 윤곽 찾는 중
stage-sdxl-text = 3D 글자 만드는 중
stage-text-matte = 글자 잘라내는 중
stage-composition = 합성하는 중

progress-left = 약 { $seconds }초 남음
progress-soon = 곧 끝남
progress-elapsed = { $seconds }초 지남

generate-fresh = 바뀐 것이 없어 새 시드로 만들어요
generate-fresh-short = 새 시드
generate-same = 바뀐 것이 없어요
generate-front-about = 기다리는 작업들보다 먼저 만들어요.
generate-about = 바뀐 단계만 실행해 결과를 만들어요 ({ $shortcut })
generate-ready = 시드 { $seed }
generate-more = 더 만들기
generate-count = 변형 개수
generate-variations-about = 카메라, 빛, 소품, 배치, 시드를 다르게 { $number }개를 차례로 만들어요. 직접 놓은 것은 그 자리에 있어요. 배경 장면이 없으면 크기와 문구의 앞뒤를 바꿔요.
generate-size-set-about = 1:1, 4:5, 9:16, 16:9 네 가지 크기로 만들어요.
generate-all-about = 저장된 단계를 쓰지 않고 새로 만들어요.

again-text = 글자부터
again-composite = 합성만
again-not-yet = 먼저 결과를 하나 만들거나 기록에서 고르세요.

history-annotate = 이름과 메모...
history-resume = 이어서 만들기
history-resume-about = 끝난 단계는 그대로 두고 다음 단계부터 만들어요.
history-title = 기록
history-search = 기록 찾기
history-starred = 별표만 보기
history-star = 별표
history-empty = 만든 광고가 여기에 쌓여요. REST로 만든 것도 함께 보여요.
history-nothing-found = 찾는 결과가 없어요.
history-entry = 기록: { $title }
history-waiting = 대기 중
history-failed = 실패
history-stopped = 중지됨
history-now = 방금
history-minutes = { $minutes }분 전
history-hours = { $hours }시간 전
history-days = { $days }일 전
history-restore = 이 설정 불러오기
history-compare = 초안과 비교
history-compare-shown = 보고 있는 결과와 비교
history-stop = 이 작업 중지
history-delete = 삭제
history-more = 다른 동작
history-copy-id = 작업 ID 복사

status-idle = 준비됨
status-jobs = 실행 { $running } · 대기 { $waiting }
status-no-gpu = GPU 없음
status-disk = 남은 디스크 { $gigabytes } GB
