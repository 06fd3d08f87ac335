#!/usr/bin/env bash
# Type-checks the program for macOS on Apple silicon, with the engine option `metal`. Runs on Linux: it needs no Mac and no Apple SDK, because nothing
# is linked. On a Mac it uses the system's compiler.
# usage: packaging/macos/check.sh [--tools | OPTIONS OF CARGO CHECK]        --tools only installs what the check needs
set -euo pipefail
cd "$(dirname "$0")/../.."
target=aarch64-apple-darwin
rustup target add "$target" >/dev/null 2>&1
if [ "$(uname)" != Darwin ]; then
  tools=${CARGO_TARGET_DIR:-target}/macos-check
  if ! cmp -s packaging/macos/requirements.txt "$tools/requirements.txt"; then
    rm -rf "$tools"
    python3 -m venv "$tools"
    "$tools/bin/pip" install -q --disable-pip-version-check --no-deps --require-hashes -r packaging/macos/requirements.txt
    cp packaging/macos/requirements.txt "$tools/requirements.txt"
  fi
  ZIG_PYTHON=$(realpath "$tools")/bin/python
  export ZIG_PYTHON CC_aarch64_apple_darwin="$PWD/packaging/macos/zig-cc" CXX_aarch64_apple_darwin="$PWD/packaging/macos/zig-cc" \
    AR_aarch64_apple_darwin="$PWD/packaging/macos/zig-ar"
  # Build scripts would ask Xcode for the SDK's folder.
  export SDKROOT=/
fi
[ "${1:-}" != --tools ] || exit 0
cargo check --locked --target "$target" --features metal "$@"
