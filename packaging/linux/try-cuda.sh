#!/usr/bin/env bash
# Shows that one program serves machines with and without a GPU: started as `nanococoa`, it hands over to the build for NVIDIA GPUs, which runs a
# job with the libraries of one folder only, and makes a draft where that build or the driver is missing.
#
# usage: packaging/linux/try-cuda.sh NANOCOCOA NANOCOCOA-CUDA RUNTIME [MODELS]
#   NANOCOCOA       the program built without the feature `cuda`
#   NANOCOCOA-CUDA  the program built with it
#   RUNTIME         the folder `cuda` that `nanococoa models pull cuda` makes in the models folder, or another one with these files (not links)
#   MODELS          a folder of models; without it only `doctor` runs on the GPU. Tiny ones are written by
#                   NANOCOCOA_TINY_MODELS=FOLDER cargo test --test diffusion tiny_models_are_written -- --ignored
#
# Needs no root rights. Prints a line for each point and ends with 1 at the first that fails.
set -euo pipefail
[ $# -ge 3 ] || { sed -n '2,/^[^#]/p' "$0" | sed -n 's/^# \{0,1\}//p' >&2; exit 2; }
plain=$(realpath "$1") cuda=$(realpath "$2") runtime=$(realpath "$3") models=${4:+$(realpath "$4")}
samples=$(realpath "$(dirname "$0")/../../assets/samples")

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir -p "$dir/bin" "$dir/data" "$dir/models" "$dir/home"
# Not links: the program looks beside its real place.
cp --reflink=auto "$plain" "$dir/bin/nanococoa"
ln -s "$runtime" "$dir/models/cuda"
if [ -n "$models" ]; then
  for model in "$models"/*/; do
    [ "$(basename "$model")" = cuda ] || ln -s "$model" "$dir/models/$(basename "$model")"
  done
fi
touch "$dir/config.toml"

# Nothing of the user's environment: no LD_LIBRARY_PATH that finds other libraries.
clean() {
  env -i PATH=/usr/bin:/bin HOME="$dir/home" LANG=C.UTF-8 NANOCOCOA_DATA_DIR="$dir/data" NANOCOCOA_CONFIG="$dir/config.toml" \
    NANOCOCOA_MODELS="$dir/models" "$@"
}
fail() { echo "FAILED: $*" >&2; exit 1; }
job() { clean "$@" "$dir/bin/nanococoa" generate --product "$samples/coffee.png" --text Sale --size 256x256 --seed 3 --json --out "$dir/ad.png"; }

echo "== no build for NVIDIA GPUs beside the program: a draft"
job env > "$dir/draft.json"
grep -q '"engine":"draft"' "$dir/draft.json" || fail "$(cat "$dir/draft.json")"
clean "$dir/bin/nanococoa" doctor | grep -A3 '^CUDA'

cp --reflink=auto "$cuda" "$dir/bin/nanococoa-cuda"
echo "== the build by itself, without libraries"
if clean "$dir/bin/nanococoa-cuda" --version > "$dir/alone" 2>&1; then
  echo "it starts: the libraries of CUDA are part of this system"
else
  head -1 "$dir/alone"
fi

echo "== the program with the build beside it"
clean "$dir/bin/nanococoa" doctor > "$dir/doctor"
grep -A3 '^CUDA' "$dir/doctor"
if ! grep -q 'which nanococoa has started' "$dir/doctor"; then
  grep '^To do' "$dir/doctor" || true
  # Without a driver that is right; with one it is not.
  if [ -e /dev/nvidiactl ]; then fail "there is a driver, and the program did not hand over"; fi
  job env > "$dir/draft.json"
  grep -q '"engine":"draft"' "$dir/draft.json" || fail "$(cat "$dir/draft.json")"
  echo "== no driver here: the same programs made a draft. Everything else needs a machine with an NVIDIA GPU"
  exit 0
fi

echo "== switched off: a draft again"
job env NANOCOCOA_CUDA=off > "$dir/draft.json"
grep -q '"engine":"draft"' "$dir/draft.json" || fail "$(cat "$dir/draft.json")"

if [ -z "$models" ]; then
  echo "== no models given: no job on the GPU"
  exit 0
fi
echo "== a job on the GPU"
job env > "$dir/gpu.json" 2> "$dir/gpu.log" &
pid=$!
# The hand-over keeps the process, so the libraries are those of a child of this shell. They are noted while the job runs.
while kill -0 "$pid" 2>/dev/null; do
  for process in "$pid" $(pgrep -P "$pid" 2>/dev/null || true); do
    grep -hoE '/[^ ]*lib(cublas|cublasLt|curand|cudart|cudnn[a-z_]*|nvrtc[a-z-]*)\.so[0-9.]*' "/proc/$process/maps" 2>/dev/null >> "$dir/maps" || true
  done
  sleep 0.05
done
wait "$pid" || fail "$(tail -5 "$dir/gpu.log")"
grep -q '"engine":"diffusion"' "$dir/gpu.json" || fail "$(cat "$dir/gpu.json")"
sort -u "$dir/maps" > "$dir/libraries"
[ -s "$dir/libraries" ] || fail "no library of CUDA was seen in the process"
if grep -v "^$runtime/" "$dir/libraries"; then fail "these libraries did not come from $runtime"; fi
sed 's/^/   /' "$dir/libraries"
echo "== the job ran on the GPU with the libraries of $runtime only: $(stat -c %s "$dir/ad.png") bytes, $(grep -o '"status":"[a-z]*"' "$dir/gpu.json" | head -1)"
