# 스튜디오: 광고 하나를 여러 규격으로.

command-format-set = 여러 규격으로 내보내기...
dialog-set-folder = 파일을 저장할 폴더 선택
export-several = 여러 규격...

set-title = 여러 규격으로 내보내기
set-about = 규격마다 광고를 다시 배치해 만들고, 용량 제한에 맞춰 저장해요. 그동안 다른 작업을 해도 돼요.
set-formats = 규격
set-all = 모두
set-none = 선택 해제
set-names = 파일 이름
set-pattern = 이름 규칙
set-pattern-about = 규칙에서 바뀌는 부분: { $placeholders }
set-pattern-unknown = { $placeholder } 자리에 넣을 값이 없어요. 다음 중에서 쓰세요: { $known }
set-pattern-same = 두 파일의 이름이 { JOSA($name, "으로/로") } 같아져요. 규칙에 { JOSA($format, "을/를") } 넣으세요.
set-pattern-empty = 이름이 비어 있어요. 규칙에 글자를 넣으세요.
set-example = 첫 번째 파일: { $name }
set-replace = 같은 이름의 파일 바꾸기
set-start = 규격 { $count }개 만들기...
set-progress = { $all }개 중 { $done }개 완료
set-correct-about = '고치기'를 누르면 그 결과가 따로 프로젝트로 열려요. 다른 결과와 지금 프로젝트는 그대로예요.
set-correct = 따로 고치기: { $format }
set-correct-short = 고치기
set-stop = 만들기 중지
set-hide = 계속 만들고 창 닫기
set-again = 규격 다시 고르기
window-close-set = 광고로 돌아가기
set-waiting = 대기 중
set-making = 만드는 중
set-stopped = 중지됨
set-file = { $name }: { $summary }
variations-fewer = 배경과 위치가 정해져 있어 변형을 { $number }개만 만들어요. 더 만들려면 배경을 장면으로 바꾸거나 상품이나 문구를 자동 배치로 바꾸세요.
variations-none = 배경과 위치가 정해져 있어 변형을 만들 수 없어요. 배경을 장면으로 바꾸거나 상품이나 문구를 추가하세요.
set-running = 이미 여러 규격을 만들고 있어요. 끝날 때까지 기다리거나 중지하세요.
set-toast-done = 파일 { $all }개 중 { $done }개를 { $folder } 폴더에 저장했어요.
