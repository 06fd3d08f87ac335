# Words of the studio: windows over the studio, and the one shown when it cannot open. Message IDs are notice codes.

window-close = 닫기
window-cancel = 취소

server-title = REST 서버
server-about = 다른 프로그램도 이 컴퓨터의 엔진을 쓸 수 있어요. 그 작업도 기록에 나와요.
server-address = 주소
server-token = 토큰
server-token-hint = 이 컴퓨터에서만 쓰면 비워 두세요
server-bad-address = 주소는 127.0.0.1:8000처럼 쓰세요.
server-needs-token = 다른 컴퓨터에서 접속할 수 있는 주소에는 토큰이 필요해요.
server-short-token = 다른 컴퓨터에서 접속할 수 있는 주소에는 { $least }자 이상의 토큰이 필요해요.
server-control-in-token = 토큰에 보낼 수 없는 제어 문자가 있어요. 글자와 숫자로 쓰세요.
server-listening = { $address }에서 요청을 받고 있어요
server-docs = API 문서 열기
server-is-off = 서버가 꺼져 있어요.
server-start = 켜기
server-stop = 끄기
server-busy = { $address } 주소를 열 수 없어요({ $detail }). 다른 프로그램이 쓰고 있는지 확인하거나 다른 포트를 쓰세요.
server-ended = 서버가 멈췄어요({ $detail }). 다시 켜세요.
server-curl-about = 지금 설정을 터미널 명령으로 복사해요.

models-title = 엔진과 모델
models-why-short = 지금은 내장 초안 엔진이 그려요. 이유를 보려면 누르세요.
models-ready-short = 디퓨전 모델이 그려요. 모델을 보려면 누르세요.
models-chosen-short = 이 작업에는 초안 엔진을 골랐어요. 엔진을 보려면 누르세요.
models-why-title = 지금은 초안 엔진이 그려요
models-chosen-title = 이 작업에는 초안 엔진을 골랐어요
models-ready-title = FLUX와 SDXL이 { $device }에서 그려요
models-why = 내장 엔진이 이 컴퓨터의 CPU로 배경, 그림자, 3D 글자를 그리고 결과에는 '초안'이라고 표시해요. 사진 같은 그림을 원하면 아래 모델을 모델 폴더에 하나씩 따로 넣으세요. 프로그램이 알아서 찾아요.
models-why-not = 디퓨전 엔진을 쓸 수 없는 이유: { $reason }.
models-ready = 제품은 BiRefNet이 잘라내고, 배경은 FLUX가, 글자는 SDXL과 ControlNet이 그려요.
models-needs = FLUX에는 4비트 GGUF라면 약 10GB, 원래 정밀도라면 약 25GB의 그래픽 메모리가 필요해요.
models-plan = 메모리: { $plan }
models-installed = 모델
models-found = 있음
models-missing = 없음
models-embedded = 내장
models-on-disk = 디스크 { $gigabytes } GB
models-in-memory = 메모리 { $gigabytes } GB
models-not-commercial = 상업적 이용 불가
models-u2net = 초안에서 제품을 잘라내요
models-flux = 배경을 그려요
models-encoders = 배경 설명을 읽어요
models-sdxl = 글자를 입체로 만들어요
models-controlnet = 글자 모양을 지켜요
models-birefnet = 제품을 잘라내요
models-gpu = 그래픽 카드
models-no-gpu = NVIDIA GPU를 찾지 못했어요
models-gpu-silent = NVIDIA 드라이버가 응답하지 않아요
models-folder = 모델 폴더

quit-title = 끝내기 전에 확인해 주세요
quit-job = 만드는 중: { $title } · { $percent } %
quit-more = 그 밖에 { $number }개
quit-unsaved = { $file }에 저장하지 않은 변경이 있어요
quit-writing = 파일을 쓰고 있어요
quit-about = 끝내면 작업은 중지되지만 끝난 단계는 남고, 나중에 이어서 만들 수 있어요. 입력한 내용은 자동으로 보관돼요.
quit-about-saved = 입력한 내용은 자동으로 보관되어 다음에 그대로 열려요. 프로젝트 파일만 옛 내용이에요.
quit-stay = 돌아가기
quit-save = 프로젝트 저장
quit-leave = 중지하고 끝내기
quit-leave-unsaved = 저장하지 않고 끝내기

note-title = 이름
note-title-hint = 예: 봄 캠페인 시안 2
note-note = 메모
note-note-hint = 무엇이 좋았는지 적어 두세요
note-save = 저장

fonts-title = 글꼴 폴더
fonts-about = 지금 쓸 수 있는 글꼴은 { $count }개예요. 폴더를 더하면 그 안의 글꼴(TTF, OTF, TTC, WOFF)을 바로 쓸 수 있어요.
fonts-skipped = 건너뛴 파일
fonts-skipped-file = { $font }: 건너뛰었어요. { $reason }
fonts-skipped-more = 이 밖에 파일 { $count }개를 건너뛰었어요.
fonts-added = 추가한 폴더
fonts-none = 아직 추가한 폴더가 없어요.
fonts-always = 언제나 쓰는 폴더
fonts-own = { $path } · 여기에 넣어도 돼요
fonts-remove = 목록에서 빼기: { $path }
fonts-add = 폴더 추가...

trouble-title = 스튜디오를 열 수 없어요
trouble-in-use = nanoCocoa가 이미 실행 중이며 { $folder } 폴더를 쓰고 있어요.
trouble-close-other = 열려 있는 창을 쓰거나, 그 창(또는 `nanococoa serve`로 켠 서버)을 닫고 스튜디오를 다시 열어 주세요.
trouble-correct = 이 문제를 바로잡고 스튜디오를 다시 열어 주세요. 작업과 설정은 그대로 남아 있어요.
trouble-close = 닫기
