# Messages of the area `engine`. Message IDs are notice codes.
engine-no-thread = 작업 스레드를 시작할 수 없어요: { $source }
engine-busy = 다른 작업을 하고 있어요. { $seconds }초 뒤에 다시 시도하세요.
engine-shutting-down = 프로그램이 끝나는 중이에요
engine-job-not-found = 작업을 찾을 수 없어요
engine-delete-running = 실행 중인 작업은 삭제할 수 없어요. 먼저 중지하세요.
engine-resume-running = 실행 중인 작업은 이어서 실행할 수 없어요. 먼저 중지하세요.
engine-resume-picture-missing = 이 작업에 필요한 그림이 없어요: { $file }. 원래 사진으로 새로 시작하세요.
engine-draft-requested = 초안 엔진을 선택했어요
engine-diffusion-unavailable = 디퓨전 엔진을 실행할 수 없어요: { $reason }. 그동안 "auto"나 "draft"를 쓰세요.
engine-draft-instead = { $reason }. 그래서 내장된 초안 엔진이 초안을 만들어요.
engine-job-panicked = 내부 오류로 작업이 끝났어요({ $detail }). 끝난 단계는 남아 있어요. 오류를 알려 주세요.
engine-picture-not-saved = { JOSA($file, "을/를") } 저장할 수 없어요: { $source }
engine-disk-short = { $folder } 폴더가 있는 디스크에 { $free } MB만 남아서 큰 작업은 저장하지 못할 수 있어요. 공간을 비우거나 작업을 완전히 삭제하세요.

## Project files

engine-project-unrecognised = .ncocoa 프로젝트가 아니에요. 스튜디오에서 저장한 파일을 쓰세요.
engine-project-part-missing = 프로젝트에 { JOSA($part, "이/가") } 없어요. 스튜디오에서 다시 저장하세요.
engine-project-encrypted = 프로젝트의 { $part }에 암호가 걸려 있어요. 스튜디오에서 다시 저장하세요.
engine-project-compression = 프로젝트의 { JOSA($part, "은/는") } { JOSA($method, "으로/로") } 압축되어 있어요. Deflate로 다시 압축하거나 스튜디오에서 저장하세요.
engine-project-json-too-large = 프로젝트의 { JOSA($part, "을/를") } 풀면 { $mebibytes }MB를 넘어요. 스튜디오에서 다시 저장하세요.
engine-project-picture-too-large = 프로젝트의 { JOSA($part, "을/를") } 풀면 { $mebibytes }MB를 넘어요. 더 작은 그림을 쓰세요.
engine-project-request = 프로젝트의 { JOSA($part, "을/를") } 쓸 수 없어요({ $reason }). 스튜디오에서 다시 저장하세요.
engine-project-file-too-large = { $mebibytes }MB인 파일은 프로젝트가 아니에요
engine-project-entries = 프로젝트에 파일이 { $most }개보다 많아요. 프로젝트 폴더만 압축하세요.
engine-project-several = 압축 파일에 프로젝트가 여럿 있어요({ $first }, { $second }). 그중 한 폴더만 압축하세요.
engine-project-damaged = 프로젝트의 { JOSA($part, "이/가") } 손상되었어요({ $detail }). 파일을 다시 복사하거나 스튜디오에서 다시 저장하세요.

# Names of the layers in an exported file.
engine-part-background = 배경
engine-part-shadow = 그림자
engine-part-product = 제품
engine-part-headline = 광고 문구
engine-part-layer = 레이어 { $number }
