#!/bin/sh
# Everything that needs an NVIDIA GPU: the networks in half precision against the references, whole jobs on tiny models, and the public
# models' networks at full size with made-up weights (24 GB of GPU memory are enough for all but FLUX in bf16).
#
#   tests/gpu/check.sh                    builds with the `cuda` feature first
#   BIN=DIR tests/gpu/check.sh            uses DIR/nanococoa, DIR/parity and DIR/diffusion that were built elsewhere
set -u
cd "$(dirname "$0")/../.." || exit 1
failed=""
if [ -z "${BIN:-}" ]; then
    cargo build --release --features cuda || exit 1
    test_of() { cargo test --release --features cuda --test "$1" -- --nocapture; }
    nanococoa=target/release/nanococoa
else
    test_of() { "$BIN/$1" --nocapture; }
    nanococoa=$BIN/nanococoa
fi
run() {
    echo "== $*"
    "$@" || failed="$failed | $*"
}
quietly() {
    # Keeps the figures and the verdicts.
    log=$(mktemp)
    "$@" > "$log" 2>&1
    code=$?
    grep -E "differs by|dB|panicked|allowed|test result|FAILED|stopped after" "$log" | sed 's|.*/fixtures/||' | sort -u
    [ $code = 0 ] || grep -A3 panicked "$log" | head -60
    rm -f "$log"
    return $code
}
export NANOCOCOA_TEST_DEVICE=cuda
run "$nanococoa" doctor
for dtype in f32 bf16 f16; do
    echo "== networks in $dtype"
    NANOCOCOA_TEST_DTYPE=$dtype quietly test_of parity || failed="$failed | networks in $dtype"
done
echo "== whole jobs on tiny models"
quietly test_of diffusion || failed="$failed | whole jobs"
for only in birefnet flux-clip-l flux-t5-xxl flux-transformer flux-vae; do
    run "$nanococoa" debug full-size --device cuda --dtype bf16 --only $only
done
for only in sdxl-clip-bigg sdxl-controlnet sdxl-unet; do
    run "$nanococoa" debug full-size --device cuda --dtype f16 --only $only
done
# SDXL's own autoencoder overflows float16.
run "$nanococoa" debug full-size --device cuda --dtype f32 --only sdxl-vae
if [ -n "$failed" ]; then
    echo "failed:$failed"
    exit 1
fi
echo "all well"
