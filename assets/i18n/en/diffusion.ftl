# Messages of the area `diffusion`: the diffusion backend, its models and their weights. Message IDs are notice codes.

# Weights, configs and tokenizers. `place` and `path` are files or folders; `detail` is a technical detail.
diffusion-file-missing = { $path }: there is no such file; download the model or point to its folder
diffusion-file-unreadable = { $path }: cannot be read: { $detail }
diffusion-file-damaged = { $path }: { $detail }; download it again
diffusion-tensor-missing = { $place }: tensor { $name } is missing; check that the file belongs to this model
diffusion-tensors-unknown = { $count ->
    [one] { $place }: { $count } tensor belongs to no part of the network: { $name }
   *[other] { $place }: { $count } tensors belong to no part of the network, the first is { $name }
}
diffusion-tensor-shape = { $place }: tensor { $name } has shape { $found }, the config asks for { $expected }
diffusion-config-unusable = { $place }: { $detail }
diffusion-weights-not-loaded = { $place }: { $detail }
diffusion-scheduler-unusable = scheduler: { $detail }
diffusion-stopped = stopped

# What is wrong with a file; stands in the messages above as `detail`.
diffusion-file-too-short = is too short for a safetensors file
diffusion-not-safetensors = is cut short or not a safetensors file (a header of { $header } bytes in a file of { $total })
diffusion-file-cut-short = is cut short: tensor { $name } ends at byte { $end }, the file has { $total }
diffusion-tensor-type = tensor { $tensor } has the type { $dtype }, which is not supported; use a file in f32, f16, bf16, fp8 (e4m3) or GGUF
diffusion-gguf-version = is of GGUF version 1, or says general.alignment is 0
diffusion-gguf-header = is not a usable GGUF file (its header is damaged)
diffusion-not-gguf = is not a usable GGUF file ({ $detail })
diffusion-not-a-tokenizer = is not a tokenizer ({ $detail })
diffusion-no-token = has no token { $token }
diffusion-no-clip-tokenizer = has neither tokenizer.json nor vocab.json and merges.txt; add the CLIP tokenizer
diffusion-no-qwen-tokenizer = has neither tokenizer.json nor vocab.json and merges.txt; add the tokenizer of Qwen3
diffusion-no-t5-tokenizer = has no tokenizer.json; add the T5 tokenizer
diffusion-only-spiece = has spiece.model but no tokenizer.json; put the tokenizer.json of the same T5 model beside it
diffusion-other-model = this is a { $found }, not a { $class }
diffusion-config-of-other-model = is the config of { $found }, not of BiRefNet
diffusion-config-missing = config.json is missing beside the weights

# Computations.
diffusion-not-finite = The network produced NaN or infinite values; its weights are damaged, or this precision is too small for them
diffusion-photo-empty = The photo has no pixels
diffusion-reference-too-small = A reference of { $width }×{ $height } pixels is too small: each side needs at least { $side } after shrinking to one megapixel
diffusion-too-small = { $width } × { $height } is too small: each side needs at least { $side } pixels
diffusion-inpaint-sizes = image and mask must have the size of the picture, { $width } × { $height }
diffusion-no-prompt = no prompt was encoded
diffusion-control-size = the control picture is { $control_width } × { $control_height }, the picture { $width } × { $height }
diffusion-side-multiple = { $width } × { $height }: both sides must be multiples of { $scale }
diffusion-computation-failed = The computation failed: { $detail }. Try again, or use the draft engine.
diffusion-out-of-memory = CUDA out of memory. Close other programs that use the GPU, choose a smaller size or install smaller (GGUF) models; the draft engine works meanwhile.
diffusion-out-of-host-memory = Out of memory. Close other programs, choose a smaller size or install smaller (GGUF) models; the draft engine works meanwhile.
diffusion-less-memory = memory ran out, so this step was run again with less: { $plan }

# Memory plans.
diffusion-plan-everything-stays = everything stays loaded (about { $size } GiB)
diffusion-plan-one-model = one model at a time (about { $size } GiB)
diffusion-plan-encoders-leave = one model at a time, text encoders leave after encoding (about { $size } GiB)
diffusion-plan-one-network = one network at a time, pictures decoded in tiles (about { $size } GiB)

# Prompts.
diffusion-prompt-untranslated = the diffusion models read English; these words were left out: { $words }. Write them in English to use them.
diffusion-prompt-truncated = The prompt is too long for { $encoder }: { $tokens } tokens, { $limit } fit. Left out: "{ $text }"
diffusion-model-not-installed = { $model } is not installed completely; choose another model, or run nanococoa models list to see what is missing
diffusion-negative-ignored = it has no effect: FLUX.2 klein takes no negative prompt
diffusion-layout-differs = The painted scene does not keep the layout of the draft. If the product seems to float, try another seed.
diffusion-letters-illegible = The model did not keep the shape of the letters in three attempts. The draft's letters are used.
diffusion-negative-without-effect = it has no effect while { FIELD($scale) } is 1 or less; a value above 1 takes twice the time
diffusion-no-product = BiRefNet found no product in the photo, so the draft engine's network cut it out

# Models and devices.
diffusion-no-models = no diffusion models are installed
diffusion-models-missing = { $count ->
    [one] { $count } of the diffusion models is missing in { $folder }: { $models }
   *[other] { $count } of the diffusion models are missing in { $folder }: { $models }
}
diffusion-install-models = { $reason }. Install them or use the draft engine.
diffusion-cannot-run = The diffusion engine cannot run: { $reason }.
diffusion-models-too-large = the diffusion models need about { $needed } GiB even with the smallest memory plan, { $device } has { $total } GiB; install smaller (GGUF) models
diffusion-ready = the diffusion models are installed and run on { $device }
diffusion-draft-ready = the draft engine is embedded
diffusion-device-unknown = device { $name }: there is no such device; use auto, cpu, cuda, cuda:N or metal
diffusion-flux-unknown = the FLUX model { $name } is not in the models folder; set `flux` in the settings file to auto or one of: { $known }
diffusion-precision-unknown = precision { $name }: there is no such precision; use auto, full or float8
diffusion-built-without-cuda = this program was built without CUDA; build it with --features cuda, or set the device to cpu (very slow)
cuda-driver-missing = no NVIDIA driver was found ({ $library } cannot be opened); install driver { $driver } or newer and start the program again
cuda-driver-old = the NVIDIA driver supports CUDA { $found }, CUDA { $needed } is needed; install driver { $driver } or newer
cuda-library-missing = { $front_end ->
    [cli] { $name } is missing; get it with: nanococoa models pull cuda
    [rest] { $name } is missing; get it with POST /models/cuda/pull
   *[studio] { $name } is missing; download "NVIDIA CUDA runtime" in the models window
}
cuda-library-useful = { $name } is missing; without it models run slower. Get it with: nanococoa models pull cuda
cuda-program-missing = { $name }, the build of this program for NVIDIA GPUs, is missing; install its package or put it into { $folder }
cuda-program-not-there = the setting cuda names { $path }, which does not exist; correct the path or set cuda to auto
cuda-switched-off = the build of this program for NVIDIA GPUs is switched off; set NANOCOCOA_CUDA, or cuda in the settings file, to auto
cuda-ready-to-start = everything that the NVIDIA GPU needs is installed; start the program again
diffusion-built-without-metal = this program was built without Metal; build it on a Mac with --features metal, or set the device to cpu (very slow)
diffusion-metal-unusable = the GPU of this Mac cannot be used ({ $detail }); set the device to cpu (very slow)
diffusion-gpu-unusable = NVIDIA GPU { $number } cannot be used ({ $detail }); check the driver with nvidia-smi
