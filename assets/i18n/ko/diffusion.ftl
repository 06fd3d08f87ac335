# Messages of the area `diffusion`: the diffusion backend, its models and their weights. Message IDs are notice codes.

# Weights, configs and tokenizers. `place` and `path` are files or folders; `detail` is a technical detail.
diffusion-file-missing = { $path }: 파일이 없어요. 모델을 내려받거나 그 폴더를 지정하세요.
diffusion-file-unreadable = { $path }: 읽을 수 없어요: { $detail }
diffusion-file-damaged = { $path }: 파일이 손상되었어요({ $detail }). 다시 내려받으세요.
diffusion-tensor-missing = { $place }: 텐서 { JOSA($name, "이/가") } 없어요. 이 모델의 파일인지 확인하세요.
diffusion-tensors-unknown = { $place }: 신경망에 없는 텐서가 { $count }개 있어요. 첫 번째: { $name }
diffusion-tensor-shape = { $place }: 텐서 { $name }의 모양이 { $found }인데 설정에는 { $expected }로 되어 있어요
diffusion-config-unusable = { $place }: 설정을 쓸 수 없어요({ $detail })
diffusion-weights-not-loaded = { $place }: 가중치를 읽지 못했어요({ $detail })
diffusion-scheduler-unusable = 스케줄러 설정을 쓸 수 없어요({ $detail })
diffusion-stopped = 중지했어요

# What is wrong with a file; stands in the messages above as `detail`.
diffusion-file-too-short = safetensors 파일로는 너무 짧음
diffusion-not-safetensors = 잘렸거나 safetensors 파일이 아님: 헤더 { $header }바이트, 파일 { $total }바이트
diffusion-file-cut-short = 잘림: 텐서 { $name }의 끝은 { $end }바이트, 파일은 { $total }바이트
diffusion-tensor-type = 텐서 { $tensor }의 형식 { JOSA($dtype, "은/는") } 지원하지 않음. f32, f16, bf16, fp8(e4m3), GGUF 파일을 쓰세요
diffusion-gguf-version = GGUF 버전 1이거나 general.alignment가 0임
diffusion-gguf-header = 쓸 수 있는 GGUF 파일이 아님: 헤더 손상
diffusion-not-gguf = 쓸 수 있는 GGUF 파일이 아님: { $detail }
diffusion-not-a-tokenizer = 토크나이저 파일이 아님: { $detail }
diffusion-no-token = 토큰 { JOSA($token, "이/가") } 없음
diffusion-no-clip-tokenizer = tokenizer.json도, vocab.json과 merges.txt도 없음. CLIP 토크나이저를 넣으세요
diffusion-no-qwen-tokenizer = tokenizer.json도, vocab.json과 merges.txt도 없음. Qwen3 토크나이저를 넣으세요
diffusion-no-t5-tokenizer = tokenizer.json이 없음. T5 토크나이저를 넣으세요
diffusion-only-spiece = spiece.model만 있고 tokenizer.json이 없음. 같은 T5 모델의 tokenizer.json을 함께 넣으세요
diffusion-other-model = { JOSA($class, "이/가") } 아니라 { $found } 모델임
diffusion-config-of-other-model = BiRefNet이 아니라 { $found } 모델의 설정임
diffusion-config-missing = 가중치 옆에 config.json이 없음

# Computations.
diffusion-not-finite = 신경망의 계산 결과에 NaN이나 무한대가 있어요. 가중치 파일이 손상되었거나 이 정밀도로는 계산할 수 없어요.
diffusion-photo-empty = 사진에 픽셀이 없어요
diffusion-reference-too-small = { $width }×{ $height } 픽셀인 참고 그림은 너무 작아요. 1메가픽셀로 줄인 뒤에도 변마다 { $side }픽셀 이상이어야 해요.
diffusion-too-small = { $width } × { $height } 크기는 너무 작아요. 변마다 { $side } 이상이어야 해요.
diffusion-inpaint-sizes = 그림과 마스크의 크기를 만들 그림({ $width } × { $height })과 같게 맞추세요
diffusion-no-prompt = 인코딩된 프롬프트가 없어요
diffusion-control-size = 제어 그림({ $control_width } × { $control_height })의 크기가 만들 그림({ $width } × { $height })과 달라요
diffusion-side-multiple = { $width } × { $height }: 두 변은 { $scale }의 배수여야 해요
diffusion-computation-failed = 계산하지 못했어요: { $detail }. 다시 시도하거나 초안 엔진을 쓰세요.
diffusion-out-of-memory = GPU 메모리가 부족해요(CUDA out of memory). GPU를 쓰는 다른 프로그램을 닫거나, 더 작은 크기를 고르거나, 더 작은(GGUF) 모델을 설치하세요. 초안 엔진은 그동안에도 쓸 수 있어요.
diffusion-out-of-host-memory = 메모리가 부족해요. 다른 프로그램을 닫거나, 더 작은 크기를 고르거나, 더 작은(GGUF) 모델을 설치하세요. 초안 엔진은 그동안에도 쓸 수 있어요.
diffusion-less-memory = 메모리가 부족해서 이 단계를 더 적은 메모리로 다시 실행했어요: { $plan }

# Memory plans.
diffusion-plan-everything-stays = 모두 메모리에 둠 (약 { $size } GiB)
diffusion-plan-one-model = 모델을 하나씩 (약 { $size } GiB)
diffusion-plan-encoders-leave = 모델을 하나씩, 텍스트 인코더는 인코딩 뒤 내림 (약 { $size } GiB)
diffusion-plan-one-network = 신경망을 하나씩, 그림은 타일로 나누어 디코딩 (약 { $size } GiB)

# Prompts.
diffusion-prompt-untranslated = 디퓨전 모델은 영어만 읽어서 다음 낱말이 빠졌어요: { $words }. 쓰려면 영어로 적어 주세요.
diffusion-prompt-truncated = 프롬프트가 { $encoder }에 너무 길어요: { $tokens }토큰 중 { $limit }토큰만 들어가요. 빠진 부분: "{ $text }"
diffusion-model-not-installed = { $model } 모델이 이 컴퓨터에 없거나 일부가 빠졌어요. 다른 모델을 고르거나 nanococoa models list로 확인하세요.
diffusion-negative-ignored = FLUX.2 klein은 제외할 내용을 읽지 않아 효과가 없어요.
diffusion-layout-differs = 그려진 장면의 구도가 초안과 달라요. 제품이 떠 보이면 다른 시드를 써 보세요.
diffusion-letters-illegible = 모델이 세 번 모두 글자 모양을 지키지 못해 초안의 글자를 썼어요.
diffusion-negative-without-effect = { JOSA(FIELD($scale), "이/가") } 1 이하이면 효과가 없어요. 1보다 크게 하면 시간이 두 배 걸려요.
diffusion-no-product = BiRefNet이 사진에서 제품을 찾지 못해 초안 엔진의 신경망으로 잘라냈어요

# Models and devices.
diffusion-no-models = 디퓨전 모델이 설치되어 있지 않아요
diffusion-models-missing = { $folder }에 디퓨전 모델 { $count }개가 없어요: { $models }
diffusion-install-models = { $reason }. 설치하거나 초안 엔진을 쓰세요.
diffusion-cannot-run = 디퓨전 엔진을 실행할 수 없어요: { $reason }.
diffusion-models-too-large = 디퓨전 모델은 메모리를 가장 적게 써도 약 { $needed } GiB가 필요한데 { $device }에는 { $total } GiB가 있어요. 더 작은(GGUF) 모델을 설치하세요
diffusion-ready = 디퓨전 모델이 설치되어 있고 { $device }에서 실행돼요
diffusion-draft-ready = 초안 엔진은 프로그램에 들어 있어요
diffusion-device-unknown = 장치 { $name }: 없는 장치예요. auto, cpu, cuda, cuda:N, metal 중에서 고르세요
diffusion-flux-unknown = 모델 폴더에 FLUX 모델 { JOSA($name, "이/가") } 없어요. 설정 파일의 flux를 auto로 하거나 다음 중에서 고르세요: { $known }
diffusion-precision-unknown = 정밀도 { $name }: 없는 정밀도예요. auto, full, float8 중에서 고르세요
diffusion-built-without-cuda = 이 프로그램은 CUDA 없이 빌드되었어요. --features cuda로 빌드하거나 장치를 cpu로 정하세요(매우 느려요)
cuda-driver-missing = NVIDIA 드라이버가 없어요({ JOSA($library, "을/를") } 열 수 없어요). 드라이버 { $driver } 이상을 설치하고 프로그램을 다시 시작하세요
cuda-driver-old = NVIDIA 드라이버가 CUDA { $found }까지만 지원하는데 CUDA { $needed } 버전이 필요해요. 드라이버 { $driver } 이상을 설치하세요
cuda-library-missing = { $front_end ->
    [cli] { JOSA($name, "이/가") } 없어요. 다음 명령으로 받으세요: nanococoa models pull cuda
    [rest] { JOSA($name, "이/가") } 없어요. POST /models/cuda/pull로 받으세요
   *[studio] { JOSA($name, "이/가") } 없어요. 모델 창에서 "NVIDIA CUDA runtime"을 받으세요
}
cuda-library-useful = { JOSA($name, "이/가") } 없어서 모델이 더 느려요. 다음 명령으로 받으세요: nanococoa models pull cuda
cuda-program-missing = NVIDIA GPU용 프로그램 { JOSA($name, "이/가") } 없어요. 그 패키지를 설치하거나 { $folder } 폴더에 넣으세요
cuda-program-not-there = cuda 설정에 적은 { JOSA($path, "이/가") } 없어요. 경로를 고치거나 auto로 정하세요
cuda-switched-off = NVIDIA GPU용 프로그램이 꺼져 있어요. NANOCOCOA_CUDA나 설정 파일의 cuda를 auto로 정하세요
cuda-ready-to-start = NVIDIA GPU에 필요한 것이 모두 있어요. 프로그램을 다시 시작하세요
diffusion-built-without-metal = 이 프로그램은 Metal 없이 빌드되었어요. Mac에서 --features metal로 빌드하거나 장치를 cpu로 정하세요(매우 느려요)
diffusion-metal-unusable = 이 Mac의 GPU를 쓸 수 없어요({ $detail }). 장치를 cpu로 정하세요(매우 느려요)
diffusion-gpu-unusable = NVIDIA GPU { $number }번을 쓸 수 없어요({ $detail }). nvidia-smi로 드라이버를 확인하세요
