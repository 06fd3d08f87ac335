#!/usr/bin/env bash
# Runs the tests of paths, locks, atomic writes, settings and the machine's load on this system and, built with mingw-w64, on Windows (Wine).
# usage: tests/windows/run.sh [linux|windows]...        without arguments on both
set -euo pipefail
cd "$(dirname "$0")/../.."
package=$(realpath -m "${CARGO_TARGET_DIR:-target}")/windows-tests
mkdir -p "$package"

# The versions and features of the program: its lines of Cargo.toml, and its lock file, which Cargo shortens.
{
  printf '[package]\nname = "nanococoa-windows-tests"\nversion = "0.0.0"\nedition = "2024"\npublish = false\n\n[lib]\npath = "%s/tests/windows/lib.rs"\ndoctest = false\n\n' "$PWD"
  printf '[profile.dev]\ndebug = "line-tables-only"\n\n[workspace]\n\n[dependencies]\n'
  lines() { for crate; do grep -m1 "^$crate = " Cargo.toml; done; }
  lines directories fluent-bundle nvml-wrapper parking_lot serde serde_json tempfile thiserror toml tracing unic-langid unicode-normalization
  printf "\n[target.'cfg(windows)'.dependencies]\n"
  lines windows-sys
  printf "\n[target.'cfg(not(windows))'.dependencies]\n"
  lines sysinfo
  printf "\n[target.'cfg(unix)'.dependencies]\n"
  lines rustix
} > "$package/Cargo.toml"
cp Cargo.lock "$package/Cargo.lock"

test_on() {
  case "$1" in
    linux) cargo test --quiet --manifest-path "$package/Cargo.toml" --target-dir "$package/target" ;;
    windows)
      source packaging/windows/wine.sh
      wine_start
      # The shim of wine.sh is found through WINEPATH.
      CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER=$wine cargo test --quiet --manifest-path "$package/Cargo.toml" --target-dir "$package/target" \
        --target x86_64-pc-windows-gnu
      wine_stop
      ;;
    *) echo "unknown system: $1" >&2; exit 2 ;;
  esac
}
if [ $# -eq 0 ]; then set -- linux windows; fi
for system; do
  echo "== paths, locks, writes, settings and load on $system"
  test_on "$system"
done
