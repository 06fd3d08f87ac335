# Messages of the area `cli`. Message IDs are notice codes. The command line speaks English; the window that says why the studio cannot open
# shows both languages.

# Failures of every command. A detail is an error of the operating system or of a library.
cli-runtime = 시작할 수 없어요: { $detail }
cli-engine = 시작할 수 없어요: { $reason }
cli-engine-ended = 엔진이 제대로 끝나지 않았어요: { $detail }

# The studio.
cli-open-missing = --open: { $path } 파일이 없어요. 경로를 확인하세요.
cli-no-window = 창을 열 수 없어요: { $detail }. 화면이 없는 컴퓨터에서는 `nanococoa serve`나 `nanococoa generate`를 쓰세요.

# Files to write.
cli-out-folder = --out: { $folder } 폴더가 없어요
cli-out-is-folder = --out: { JOSA($path, "은/는") } 폴더예요. 그 안의 파일 이름을 쓰세요.
cli-out-device-name = --out: { JOSA($path, "은/는") } Windows가 장치에 쓰는 이름이에요. 다른 이름을 쓰세요.
cli-out-character = --out: Windows에서는 { $path } 이름에 { $character } 문자를 쓸 수 없어요. 다른 이름을 쓰세요.
cli-out-name-end = --out: { $path } 이름 끝의 마침표나 공백은 Windows가 지워요. 다른 이름을 쓰세요.
cli-out-not-a-file = --out: { JOSA($path, "은/는") } 장치나 파이프예요. 파일 이름을 쓰세요.
cli-out-format = --out: .{ $extension } 형식은 지원하지 않아요. .png, .jpg, .webp, .pdf, .ora 중에서 고르세요.
cli-out-is-input = --out: { $flag } 파일과 같아요. 원본이 지워지지 않게 다른 이름을 쓰세요.
cli-out-refused = --out: { $reason }
cli-out-unwritable = --out: { $path } 파일을 쓸 수 없어요({ $detail }). 쓸 수 있는 폴더를 고르세요.
cli-steps-folder = --save-steps: { $folder } 폴더를 만들 수 없어요: { $detail }
cli-step-unwritable = { $path } 파일을 쓸 수 없어요: { $detail }
cli-result-missing = 결과가 없어요
cli-result-unreadable = { $path } 파일을 읽을 수 없어요: { $detail }
cli-result-undecodable = 결과를 다시 읽을 수 없어요: { $detail }
cli-result-not-encoded = 결과를 변환할 수 없어요: { $detail }

# `generate` and `resume`.
cli-not-a-file = { $path }: { $reason }
cli-project-unreadable = --project: { $path } 파일을 읽을 수 없어요: { $reason }
cli-project = --project: { $path }: { $reason }
cli-layers-file = --layers: { $path }: { $reason }
cli-layers-too-large = 파일이 { $mebibytes }MiB를 넘어요. 그림은 Base64 대신 경로로 쓰세요.
cli-size = --size: "{ $size }" 값은 크기가 아니에요. 1024x1024처럼 쓰세요.
cli-product-crop = --product-crop: "{ $value }" 값은 사진의 부분이 아니에요. 0.1,0,0.9,1처럼 왼쪽,위,오른쪽,아래를 0에서 1 사이 수로 쓰세요.
cli-set = --set: "{ $pair }"에 =가 없어요. 필드=값처럼 쓰세요.
cli-job-id = JOB_ID { $id }: { $reason }
cli-beside = 다른 nanoCocoa가 { $folder } 폴더를 쓰고 있어서, 이 그림은 따로 만들고 기록에 남기지 않아요
cli-temporary-folder = 임시 폴더를 만들 수 없어요: { $detail }
cli-job-gone = 작업이 없어졌어요
cli-engine-gone = 엔진이 끝났어요: { $detail }
cli-stopped = 중지했어요
cli-stopped-kept = 중지했어요. 끝난 단계는 남아 있어요: nanococoa resume { $id } --out FILE
cli-stopped-early = 첫 단계가 끝나기 전에 중지했어요. 다시 만들 수 있어요: nanococoa resume { $id } --out FILE
cli-made = { $path } ({ $width } × { $height }, { $backend } 엔진, 시드 { $seed }, { $seconds }초)
cli-plan-kept = 이전 작업의 결과 사용
cli-plan-runs = 약 { $seconds }초
cli-plan-all = 약 { $seconds }초 ({ $backend } 엔진)

# `serve`.
cli-token-empty = --token이 비어 있어요. 빼거나 길고 무작위한 낱말을 쓰세요.
cli-token = { $address }: { $reason }
cli-token-needed = { $address }: { $reason }. 예: NANOCOCOA_TOKEN={ $example } nanococoa serve --bind { $address } (--token도 쓸 수 있지만 다른 사용자가 볼 수 있어요)
cli-origin-null = --allow-origin null을 쓰면 파일로 열었거나 샌드박스 프레임에서 도는 모든 페이지가 요청할 수 있어요. 악의적인 페이지도 마찬가지예요. 대신 자기 페이지의 출처를 허용하세요.
cli-listen = { $address } 주소를 열 수 없어요. 다른 서버가 쓰고 있는지 확인하거나 --bind로 다른 주소를 고르세요: { $detail }
cli-no-address = 주소를 알 수 없어요: { $detail }
cli-every-address = 다른 컴퓨터에서는 이 컴퓨터의 주소로 접속해요. 호스트 이름을 쓰려면 --allow-host가 필요해요.
cli-serving = nanoCocoa를 http://{ $address } 주소에서 쓸 수 있어요(문서: http://{ $address }/docs). Ctrl-C를 누르면 끝나요.
cli-server-ended = 서버가 멈췄어요: { $detail }

# `models`.
cli-models-installed = 설치됨, { $gigabytes } GB
cli-models-partly = 일부만 있음, { $gigabytes } GB 받음. `models pull`로 이어 받아요.
cli-models-absent = 설치 안 됨, 다운로드 약 { $gigabytes } GB
cli-models-memory = GPU 메모리 { $gigabytes } GB용
cli-models-recommended = 추천 세트예요.
cli-models-not-usable = 이 버전에서는 아직 이 모델을 쓸 수 없어요.
cli-models-licence = 라이선스: { $name } ({ $page }). { $sale }
cli-models-agree = 동의하세요? [y/N]
cli-models-asking = 파일 정보 확인
cli-models-checking = 검사
cli-models-downloading = 다운로드
cli-models-placing = 설치
cli-models-pulled = { JOSA($set, "을/를") } { $folder } 폴더에 설치했어요. 다음 그림부터 쓰여요.
cli-models-runtime-pulled = { JOSA($set, "을/를") } { $folder } 폴더에 설치했어요. 프로그램을 다시 시작하면 GPU를 써요. 더 필요한 것은 `nanococoa doctor`가 알려 줘요.
cli-models-file-missing = { $path } 파일이 없어요. 다시 받으세요: nanococoa models pull { $set }
cli-models-file-damaged = { $path } 파일이 손상됐어요. 다시 받으세요: nanococoa models pull { $set }
cli-models-verified = 파일 { $files }개를 검사했어요. { $damaged }개가 없거나 손상됐어요.
cli-models-removed = { JOSA($set, "을/를") } 지웠어요. { $gigabytes } GB가 비었어요.
cli-models-imported = { $path } 폴더로 추가했어요
cli-models-broke = 프로그램 오류로 작업이 끝났어요. 자세한 내용은 로그에 있어요.
cli-models-packing = 변환
cli-models-out-exists = --out: { JOSA($path, "은/는") } 이미 있어요. 다른 이름을 쓰세요.
cli-models-quantized = { $path } ({ $gigabytes } GB)

# Formats.
cli-format = --format: { $reason }
cli-format-without-text = { $format }에는 문구를 넣을 수 없어서 --text를 뺐어요
cli-out-type = --out: { JOSA($format, "은/는") } { $file } 파일이에요. .{ $extension }로 끝나는 파일이나 폴더를 쓰세요.
cli-out-several = --out: { JOSA($path, "은/는") } 폴더가 아니에요. 규격이 여러 개면 폴더가 필요해요.
cli-slot = --slot { $pair }: --slot 이름=값 형식으로 쓰세요.
cli-slot-examples = --template: 예시 문구가 그대로인 자리가 있어요: { $slots }. --slot 이름=문구로 바꾸거나, --slot 이름= 으로 비우세요.
cli-slot-picture = --slot { $slot }: { JOSA($path, "을/를") } 그림으로 쓸 수 없어요: { $reason }
cli-language = --language { $language }: en이나 ko 중에서 고르세요.
