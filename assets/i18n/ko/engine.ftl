# Messages of the area `engine`. Message IDs are notice codes.

## Project files

engine-project-unrecognised = .ncocoa 프로젝트가 아니에요. 스튜디오에서 저장한 파일을 쓰세요(Ctrl+S).
engine-project-part-missing = 프로젝트에 { JOSA($part, "이/가") } 없어요. 스튜디오에서 다시 저장하세요.
engine-project-encrypted = 프로젝트의 { $part }에 암호가 걸려 있어요. 스튜디오에서 다시 저장하세요.
engine-project-compression = 프로젝트의 { JOSA($part, "은/는") } { JOSA($method, "으로/로") } 압축되어 있어요. Deflate로 다시 압축하거나 스튜디오에서 저장하세요.
engine-project-json-too-large = 프로젝트의 { JOSA($part, "을/를") } 풀면 { $mebibytes }MB를 넘어요. 스튜디오에서 다시 저장하세요.
engine-project-picture-too-large = 프로젝트의 { JOSA($part, "을/를") } 풀면 { $mebibytes }MB를 넘어요. 더 작은 그림을 쓰세요.
engine-project-request = 프로젝트의 { JOSA($part, "을/를") } 쓸 수 없어요({ $reason }). 스튜디오에서 다시 저장하세요.
engine-project-file-too-large = { $mebibytes }MB인 파일은 프로젝트가 아니에요.
engine-project-entries = 프로젝트에 파일이 { $most }개보다 많아요. 프로젝트 폴더만 압축하세요.
engine-project-several = 압축 파일에 프로젝트가 여럿 있어요({ $first }, { $second }). 그중 한 폴더만 압축하세요.
engine-project-damaged = 프로젝트의 { JOSA($part, "이/가") } 손상되었어요({ $detail }). 파일을 다시 복사하거나 스튜디오에서 다시 저장하세요.
