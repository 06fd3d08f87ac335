#!/usr/bin/env bash
# Collects the packages of a release in target/packages, with SHA256SUMS beside them, and names each with its checksum.
# usage: packaging/checksums.sh [--partial]        --partial accepts that packages of other systems are missing
set -euo pipefail
cd "$(dirname "$0")/.."
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)
targets=${CARGO_TARGET_DIR:-target}
out=$targets/packages
# System, file.
expected=(
  "Linux    $targets/debian/nanococoa_$version-1_amd64.deb"
  "Windows  $targets/windows/nanococoa-$version-windows-x64-setup.exe"
  "Windows  $targets/windows/nanococoa-$version-windows-x64.zip"
  "macOS    $targets/macos/nanococoa-$version-macos-universal.dmg"
)
checksum() { if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi; }

rm -rf "$out"
mkdir -p "$out"
missing=0
for line in "${expected[@]}"; do
  read -r system file <<< "$line"
  if [ -s "$file" ]; then
    cp "$file" "$out/"
    (cd "$out" && checksum "${file##*/}") | tee -a "$out/SHA256SUMS" | sed "s/^/$(printf '%-9s' "$system")/"
  else
    echo "$(printf '%-9s' "$system")missing: $file" >&2
    missing=1
  fi
done
[ -s "$out/SHA256SUMS" ] || exit 1
[ "$missing" = 0 ] || [ "${1:-}" = --partial ]
