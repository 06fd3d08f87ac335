# Words of the studio: notifications and errors of the studio itself. Message IDs are notice codes.

toast-close = 알림 닫기
toast-undo = 되돌리기
toast-deleted = 결과를 삭제했어요.
toast-failed = 만들지 못했어요. { $reason }
toast-stopped = 중지했어요. 끝난 단계는 남아 있어요.
toast-restored = 설정을 불러왔어요.
toast-restored-kept-photo = 설정을 불러왔어요. 다른 곳에서 만든 그림이라 제품 사진은 들어 있지 않아, 지금 사진을 그대로 써요.
toast-restored-no-photo = 설정을 불러왔어요. 다른 곳에서 만든 그림이라 제품 사진은 들어 있지 않아요. 사진을 골라 주세요.
toast-unchanged = 바뀐 것이 없어 이미 만든 결과를 보여 드려요. 시드 고정을 풀면 새로 만들어요.
toast-curl = curl 명령을 복사했어요. 터미널에 붙여넣으세요.
toast-exported = 내보냈어요: { $path }
toast-saved = 프로젝트를 저장했어요: { $path }
toast-put-away = 작업하던 광고는 저장하지 않았어요. 종료하기 전까지 되돌릴 수 있어요.

error-export-gone = 내보낼 결과가 없어졌어요. 다른 결과를 골라 주세요.
error-thread = 작업을 시작하지 못했어요. 다른 프로그램을 닫고 다시 해 보세요.
error-photo-gone = 사진 { JOSA($photo, "을/를") } 더 이상 읽을 수 없어요({ $detail }). 다시 열어 주세요.
error-read = { JOSA($path, "을/를") } 읽을 수 없어요({ $detail }). 경로를 확인하거나 다른 파일을 열어 주세요.
error-write = { $path }에 쓸 수 없어요({ $detail }). 폴더와 남은 공간을 확인하세요.
error-clipboard-empty = 클립보드에 그림이 없어요. 그림을 복사하거나 파일을 여세요.
error-clipboard = 클립보드를 쓸 수 없어요. 파일로 열어 주세요.
error-project = { JOSA($path, "은/는") } nanoCocoa 프로젝트가 아니에요. .ncocoa 파일을 골라 주세요.
error-presets = { $path } 파일을 프리셋으로 읽을 수 없어 그대로 두었어요. 파일을 고치거나 지운 뒤 프리셋을 다시 추가하세요.
error-encode = 그림을 변환할 수 없어요({ $detail }). 다른 형식이나 크기를 고르세요.
error-decode = 그림을 읽을 수 없어요({ $detail }). 다시 생성하세요.
error-project-not-packed = 프로젝트를 저장할 수 없어요({ $detail }). 다시 시도하세요.
toast-exported-format = 내보냈어요: { $path } ({ $summary })
