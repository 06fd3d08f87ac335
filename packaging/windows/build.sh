#!/usr/bin/env bash
# Builds the packages for Windows 10 and 11 (64 bit) on Linux: a ZIP that runs without installation, an installer for one user, and their
# checksums. Installs what it needs on Debian and Ubuntu (as root): the Rust target, mingw-w64, NSIS, zip.
# usage: packaging/windows/build.sh [--no-build]        --no-build packs the programs that are there already
set -euo pipefail
cd "$(dirname "$0")/../.."
target=x86_64-pc-windows-gnu
build=1
[ "${1:-}" != --no-build ] || build=

need=()
for pair in x86_64-w64-mingw32-gcc:gcc-mingw-w64-x86-64 x86_64-w64-mingw32-g++:g++-mingw-w64-x86-64 x86_64-w64-mingw32-windres:binutils-mingw-w64-x86-64 \
  makensis:nsis zip:zip; do
  command -v "${pair%%:*}" >/dev/null || need+=("${pair##*:}")
done
if [ ${#need[@]} -gt 0 ]; then
  if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
    echo "missing: ${need[*]}" >&2
    exit 1
  fi
  apt-get install -y -q --no-install-recommends "${need[@]}" >/dev/null 2>&1 \
    || { apt-get update -q >/dev/null && apt-get install -y -q --no-install-recommends "${need[@]}" >/dev/null; }
fi
if command -v rustup >/dev/null; then rustup target add "$target" >/dev/null 2>&1; fi

version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)
targets=${CARGO_TARGET_DIR:-target}
programs=$targets/$target/release
out=$targets/windows
[ -z "$build" ] || cargo build --release --locked --target "$target"
# Both programs carry their icon, manifest and version as resources.
for program in nanococoa nanococoa-studio; do
  x86_64-w64-mingw32-objdump -h "$programs/$program.exe" | grep -q ' \.rsrc ' || { echo "$program.exe has no resources" >&2; exit 1; }
done
# Libraries of other systems would have to be shipped too: everything that is named must be part of Windows.
imported=$(x86_64-w64-mingw32-objdump -p "$programs/nanococoa.exe" | sed -n 's/.*DLL Name: //p' | tr 'A-Z' 'a-z' | sort -u)
if grep -E '^(lib|mingw)' <<< "$imported"; then
  echo "nanococoa.exe needs the libraries above, which Windows does not have" >&2
  exit 1
fi

name=nanococoa-$version-windows-x64
folder=$out/$name
rm -rf "$folder"
mkdir -p "$folder/samples" "$folder/licenses"
for program in nanococoa nanococoa-studio; do
  x86_64-w64-mingw32-strip -o "$folder/$program.exe" "$programs/$program.exe"
done
cp assets/samples/coffee.png "$folder/samples/"
cp assets/licenses/* "$folder/licenses/"
cp packaging/icons/nanococoa.ico "$folder/"
# Notepad of older versions of Windows shows texts with LF as one line.
for text in README.md README.ko.md CHANGELOG.md NOTICE LICENSE-MIT LICENSE-APACHE; do
  sed 's/\r*$/\r/' "$text" > "$folder/${text%.md}.txt"
done

# The uninstaller deletes by name: the folder may hold files of the user.
while read -r file; do
  grep -qF "Delete \"\$INSTDIR\\${file//\//\\}\"" packaging/windows/nanococoa.nsi || { echo "nanococoa.nsi does not delete $file" >&2; exit 1; }
done < <(cd "$folder" && find . -type f -printf '%P\n')

rm -f "$out/$name.zip" "$out/$name-setup.exe"
(cd "$out" && zip -q -9 -r "$name.zip" "$name")
makensis -V2 -INPUTCHARSET UTF8 -DVERSION="$version" -DFOLDER="$(realpath "$folder")" -DOUTFILE="$(realpath "$out")/$name-setup.exe" packaging/windows/nanococoa.nsi
(cd "$out" && sha256sum "$name.zip" "$name-setup.exe" > SHA256SUMS && cat SHA256SUMS && du -h "$name.zip" "$name-setup.exe" "$name"/*.exe)
