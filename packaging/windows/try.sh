#!/usr/bin/env bash
# Tries the Windows programs under Wine, beside the Linux program of the same sources: doctor, a font of the system, ten advertisements with equal
# pixels, paths, code pages, exit codes, Ctrl-C, the documented REST clients, the studio's window, the installer. Ends with a table of figures of both.
# usage: packaging/windows/try.sh [--smoke] [FOLDER [LINUX-PROGRAM]]
#   FOLDER         what build.sh packed (default: the newest in target/windows); LINUX-PROGRAM: default target/release/nanococoa
#   --smoke        doctor, one advertisement and the window only
#   TRY_OUT=DIR    keeps the screenshots and figures there (default: target/windows/try)
set -euo pipefail
cd "$(dirname "$0")/../.."
smoke=
if [ "${1:-}" = --smoke ]; then smoke=1; shift; fi
targets=${CARGO_TARGET_DIR:-target}
packed=$(realpath "${1:-$(ls -td "$targets"/windows/nanococoa-*/ | head -1)}")
linux=$(realpath "${2:-$targets/release/nanococoa}")
[ -s "$packed/nanococoa.exe" ] && [ -x "$linux" ] || { echo "build both first: packaging/windows/build.sh and cargo build --release" >&2; exit 1; }
out=$(realpath -m "${TRY_OUT:-$targets/windows/try}")
mkdir -p "$out"

need=()
for pair in wine:wine wineserver:wine64 x86_64-w64-mingw32-gcc:gcc-mingw-w64-x86-64 Xvfb:xvfb openbox:openbox xdotool:xdotool xdpyinfo:x11-utils \
  import:imagemagick jq:jq python3:python3 localedef:locales; do
  command -v "${pair%%:*}" >/dev/null || need+=("${pair##*:}")
done
[ -n "$smoke" ] || [ -e /usr/share/i18n/locales/ko_KR ] || need+=(locales)
if [ ${#need[@]} -gt 0 ]; then
  if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then echo "missing: ${need[*]}" >&2; exit 1; fi
  apt-get install -y -q --no-install-recommends "${need[@]}" >/dev/null 2>&1 \
    || { apt-get update -q >/dev/null && apt-get install -y -q --no-install-recommends "${need[@]}" >/dev/null; }
fi
source packaging/windows/wine.sh

work=$(mktemp -d)
pids=()
finish() {
  wine_stop || true
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  rm -rf "$work"
}
trap finish EXIT
fail() {
  echo "FAILED: $1" >&2
  tail -n 20 "$work/log" >&2 2>/dev/null || true
  exit 1
}
ok() { echo "ok      $1"; }

export LC_ALL=C.UTF-8 LIBGL_ALWAYS_SOFTWARE=1 NO_COLOR=1
# Before Wine starts: without a display its desktop would have 1024×768 pixels.
Xvfb -displayfd 3 -screen 0 1600x1000x24 -nolisten tcp 3>"$work/display" 2>/dev/null &
pids+=($!)
for _ in $(seq 100); do [ -s "$work/display" ] && break; sleep 0.05; done
DISPLAY=":$(cat "$work/display")"
export DISPLAY
unset WAYLAND_DISPLAY
openbox --sm-disable >/dev/null 2>&1 &
pids+=($!)
wine_start "$targets/wine"
wine_stop
# Data of an earlier run.
rm -rf "$WINEPREFIX"/drive_c/{data,out,crlf,"내 자료","스튜디오 자료"}
# A font of the system under a name that no other font has.
mkdir -p "$WINEPREFIX/drive_c/windows/Fonts"
cp fonts/BM/BMJUA_ttf.ttf "$WINEPREFIX/drive_c/windows/Fonts/Trial Jua.ttf"
cp -r "$packed" "$work/app"
exe=$work/app/nanococoa.exe
photo=$PWD/assets/samples/coffee.png
# The Windows program, on a data folder of its own; the current folder is the script's.
windows() { "$wine" "$exe" --data-dir 'C:\data' "$@"; }
native() { "$linux" --data-dir "$work/linux-data" "$@"; }
pixels() { identify -format '%wx%h %#' "$1"; }
milliseconds() { date +%s%3N; }
figures=()
# NAME LINUX WINDOWS UNIT
figure() { figures+=("$1|$2|$3|$4"); }

echo "== doctor"
native doctor --json > "$work/doctor-linux"
windows doctor --json > "$work/doctor" 2> "$work/log" || fail "doctor ends with $?"
for key in engine default_font version data_dir_writable cores; do
  [ "$(jq -c ".$key" "$work/doctor")" = "$(jq -c ".$key" "$work/doctor-linux")" ] || fail "doctor: $key differs: $(jq -c ".$key" "$work/doctor")"
done
# Windows lists the fonts of the system too.
jq -e --slurpfile linux "$work/doctor-linux" '($linux[0].fonts - .fonts) == []' "$work/doctor" >/dev/null \
  || fail "doctor: bundled fonts are missing: $(jq -c .fonts "$work/doctor")"
jq -e '.fonts | index("Trial Jua.ttf")' "$work/doctor" >/dev/null || fail "doctor: the font of the system is missing: $(jq -c .fonts "$work/doctor")"
jq -e '.system_metrics.ram_total_gb > 0.1' "$work/doctor" >/dev/null || fail "doctor does not know the memory"
ok "doctor: $(jq -r '.engine + " engine, " + (.fonts | length | tostring) + " fonts, " + (.system_metrics.ram_total_gb | tostring) + " GiB, data in " + .data_dir' "$work/doctor")"

echo "== advertisements, pixel by pixel"
cd "$work"
cp "$photo" cup.png
# One line each: the arguments as both programs get them.
cat > ads <<'ADS'
--product cup.png --text '신메뉴 출시' --seed 7 --size 1088x1344
--product cup.png --text 'SUMMER SALE' --style gold --prompt 'sunny beach sand, blue sea and sky' --seed 1 --size 1024x1024
--product cup.png --text '오늘의 커피' --style '유리' --prompt '이끼 낀 바위가 있는 숲, 나뭇잎 사이로 드는 빛' --mode blend --seed 2 --size 768x1024
--product cup.png --text '봄\n한정' --style '풍선' --mode behind --position bottom --seed 3 --size 512x640
--product cup.png --text 'NEON 24h' --style neon --prompt 'neon city street at night' --position top --seed 4 --size 1280x720
--product cup.png --text '-50% 세일!' --style chrome --font 'BM/BMJUA_ttf.ttf' --prompt 'clean beige studio backdrop, soft light' --seed 5 --size 640x640
--product cup.png --text '따뜻한 겨울' --style '나무' --font 'Pretendard/Pretendard-Black.otf' --prompt '노을 지는 저녁 하늘 아래 나무 데크' --seed 6 --product-x 0.3 --text-y 0.2 --size 960x544
--product cup.png --seed 8 --prompt 'white marble table by a bright window' --product-scale 1.4 --size 800x800
--text '새로운 시작' --style stone --seed 9 --size 512x512
--product cup.png --text 'Café №5' --style 'red plastic' --mode blend --text-scale 0.6 --text-x 0.3 --seed 10 --size 272x2048
ADS
[ -z "$smoke" ] || sed -i '1!d; s/1088x1344/512x640/' ads
number=0
while IFS= read -r line; do
  number=$((number + 1))
  eval "arguments=($line)"
  began=$(milliseconds)
  native generate "${arguments[@]}" --out "l$number.png" --json < /dev/null > "l$number.json" 2> log || fail "advertisement $number on Linux"
  between=$(milliseconds)
  windows generate "${arguments[@]}" --out "w$number.png" --json < /dev/null > "w$number.json" 2> log || fail "advertisement $number"
  ended=$(milliseconds)
  [ "$(pixels "l$number.png")" = "$(pixels "w$number.png")" ] || fail "advertisement $number: other pixels than on Linux"
  [ "$(jq -S 'del(.job_id, .elapsed_sec, .out)' "l$number.json")" = "$(jq -S 'del(.job_id, .elapsed_sec, .out)' "w$number.json")" ] \
    || fail "advertisement $number: the report differs"
  ok "advertisement $number: equal pixels, $((between - began)) ms on Linux, $((ended - between)) ms under Wine: $line"
  if [ $number = 1 ]; then figure "generate, whole program" "$((between - began))" "$((ended - between))" ms; fi
done < ads

# CODE WORDS COMMAND...: the exit code, and words on standard error.
expect() {
  local code=0 wanted=$1 words=$2
  shift 2
  "$@" < /dev/null > stdout 2> log || code=$?
  [ $code = "$wanted" ] || fail "exit code $code instead of $wanted: $*"
  grep -qF -- "$words" log || fail "standard error lacks \"$words\": $*"
}
ad=(generate --product cup.png --text '신메뉴 출시' --seed 7 --size 256x256 --json)
if [ -z "$smoke" ]; then
  echo "== a font of the system"
  native "${ad[@]}" --font 'BM/BMJUA_ttf.ttf' --out jua-linux.png < /dev/null > stdout 2> log || fail "the bundled font on Linux"
  windows "${ad[@]}" --font 'Trial Jua.ttf' --out jua.png < /dev/null > stdout 2> log || fail "a font of the system: exit code $?"
  [ "$(pixels jua.png)" = "$(pixels jua-linux.png)" ] || fail "a font of the system: other pixels than the same font has as a bundled one"
  ok "a font in C:\\windows\\Fonts draws what the same bundled font draws"

  echo "== paths"
  native "${ad[@]}" --out same.png > stdout
  wanted=$(pixels same.png)
  mkdir -p '한글 폴더/안쪽' sub
  # NAME OUT FILE...: writes to OUT, which is FILE on Linux.
  writes() {
    "$wine" "$exe" --data-dir "${4:-C:\\data}" "${ad[@]}" --out "$2" < /dev/null > stdout 2> log || fail "$1: exit code $?"
    [ "$(pixels "$3")" = "$wanted" ] || fail "$1: other pixels"
    ok "$1: $(head -c 100 <<< "$2")"
  }
  drive=$WINEPREFIX/drive_c
  mkdir -p "$drive/out"
  windows_path="Z:$(pwd | tr / '\\')"
  writes "relative path with \\" 'sub\ad.png' sub/ad.png
  writes "relative path with /" 'sub/ad2.png' sub/ad2.png
  writes "drive letter" 'C:\out\ad.png' "$drive/out/ad.png"
  writes "drive letter in lower case, with /" 'c:/out/ad2.png' "$drive/out/ad2.png"
  writes "folder with space and Hangul" "$windows_path\\한글 폴더\\안쪽\\광고 1.png" '한글 폴더/안쪽/광고 1.png'
  writes "an existing file is replaced" 'sub\ad.png' sub/ad.png
  writes "data folder with space and Hangul" 'sub\ad3.png' sub/ad3.png 'C:\내 자료\광고 작업'
  ls "$drive/내 자료/광고 작업/jobs" | grep -q . || fail "the data folder with Hangul has no jobs"
  long=$(printf 'a folder with a long name %.0s' 1 2 3)end/$(printf '긴 이름의 폴더 %.0s' 1 2 3 4 5 6)끝/$(printf 'x%.0s' $(seq 150))
  mkdir -p "$long"
  writes "path of $(printf %s "$windows_path/$long/ad.png" | wc -m) characters" "$windows_path\\${long//\//\\}\\ad.png" "$long/ad.png"
  [ ! -e "$long/.tmp" ] && [ "$(ls -A "$long" | wc -l)" = 1 ] || fail "something was left in the long folder"
  writes "data folder of $(printf %s "$windows_path/$long/data" | wc -m) characters" 'sub\ad4.png' sub/ad4.png "$windows_path\\${long//\//\\}\\data"
  expect 2 "reserves the name" windows "${ad[@]}" --out 'NUL'
  expect 2 "reserves the name" windows "${ad[@]}" --out 'sub\con.png'
  expect 2 "reserves the name" windows "${ad[@]}" --out '\\.\NUL'
  expect 2 "does not allow ?" windows "${ad[@]}" --out 'sub\a?.png'
  expect 2 "drops the dot or space" windows "${ad[@]}" --out 'sub\b.png '
  expect 2 "--out" windows "${ad[@]}" --out 'C:\nowhere\ad.png'
  expect 2 "--out" windows "${ad[@]}" --out 'sub\ad.gif'
  ok "device names, names that Windows changes, missing folders and unknown formats are refused with exit code 2"

  echo "== text files and code pages"
  # As Notepad saves it: with a byte order mark, lines end with CR LF.
  printf '\xef\xbb\xbfdata_dir = "C:\\\\crlf"\r\ndefault_font = "BM/BMJUA_ttf.ttf"\r\nfont_dirs = []\r\n' > config.toml
  "$wine" "$exe" --config config.toml doctor --json < /dev/null > stdout 2> log || fail "a settings file with CR LF and a byte order mark"
  [ "$(jq -r .data_dir stdout)" = 'C:\crlf' ] && [ "$(jq -r .default_font stdout)" = BM/BMJUA_ttf.ttf ] || fail "settings with CR LF: $(cat stdout)"
  ok "a settings file with CR LF and a byte order mark"
  native generate --text "$(printf 'A\nB')" --seed 1 --size 256x256 --out crlf-linux.png < /dev/null > stdout 2> log
  windows generate --text "$(printf 'A\r\nB')" --seed 1 --size 256x256 --out crlf.png < /dev/null > stdout 2> log || fail "a text with CR LF"
  [ "$(pixels crlf.png)" = "$(pixels crlf-linux.png)" ] || fail "a text with CR LF: other pixels"
  ok "CR LF in a text"
  mkdir -p locale
  localedef -i ko_KR -f UTF-8 locale/ko_KR.UTF-8 2>/dev/null || true
  printf '@echo off\r\nreg query HKLM\\System\\CurrentControlSet\\Control\\Nls\\CodePage /v OEMCP\r\n"%s" --data-dir C:\\data generate --product cup.png --text "신메뉴 출시" --seed 7 --size 256x256 --out "결과 파일.png"\r\necho exit %%ERRORLEVEL%%\r\n"%s" --data-dir C:\\data generate --product 없음.png --out x.png\r\necho exit %%ERRORLEVEL%%\r\n' \
    "Z:${exe//\//\\}" "Z:${exe//\//\\}" | iconv -f UTF-8 -t CP949 > korean.bat
  wine_stop
  LOCPATH=$PWD/locale LC_ALL=ko_KR.UTF-8 "$wine" cmd /c korean.bat < /dev/null > stdout 2> log || true
  wine_stop
  grep -aqE 'OEMCP.*949' stdout || fail "the code page is not 949: $(iconv -f CP949 -t UTF-8 -c stdout)"
  [ "$(grep -ac 'exit 0' stdout)" = 1 ] && [ "$(grep -ac 'exit 2' stdout)" = 1 ] || fail "exit codes in a batch file: $(cat stdout)"
  [ "$(pixels '결과 파일.png')" = "$wanted" ] || fail "a batch file in CP949: other pixels"
  grep -q '없음.png' log || fail "what is written to a file is not UTF-8: $(cat log)"
  ok "a batch file in CP949 under code page 949: text, file name, exit codes 0 and 2; output to files is UTF-8"

  echo "== ending"
  # On a terminal (Wine's console translates it): Ctrl-C ends server and job cleanly.
  cat > console.py <<'PYTHON'
import os, pty, re, select, sys, time
# WORDS COMMAND...: runs the command on a terminal, waits for the words, presses Ctrl-C, prints the exit code.
words, command = sys.argv[1], sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
shown, plain, acted, deadline = b"", b"", None, time.time() + 60
while time.time() < deadline:
    ready, _, _ = select.select([terminal], [], [], 0.1)
    if ready:
        try:
            part = os.read(terminal, 65536)
        except OSError:
            part = b""
        shown += part
    # Wine's console draws spaces by moving the cursor and puts sequences between all letters.
    plain = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", re.sub(rb"\x1b\[[0-9]*C", b" ", shown))
    if not acted and re.search(words.encode(), plain):
        time.sleep(0.5)
        acted = time.time()
        os.write(terminal, b"\x03")
    done, status = os.waitpid(pid, os.WNOHANG)
    if done:
        print(os.waitstatus_to_exitcode(status), round(time.time() - acted, 2) if acted else "early", sep=" ")
        sys.stderr.buffer.write(plain)
        sys.exit()
print("hangs", "-")
sys.stderr.buffer.write(plain)
os.kill(pid, 9)
PYTHON
  read -r code seconds < <(python3 console.py 'serves http' "$wine" "$exe" --data-dir 'C:\data' serve --bind 127.0.0.1:0 2> log)
  [ "$code" = 0 ] || fail "Ctrl-C: serve ends with $code"
  ok "Ctrl-C ends the server with exit code 0 after $seconds s"
  read -r code seconds < <(python3 console.py '[0-9]+ *%|scene|Scene' "$wine" "$exe" --data-dir 'C:\data' generate --product cup.png --text Sale --size 2048x2048 --out stopped.png 2> log)
  [ "$code" = 1 ] && [ ! -e stopped.png ] || fail "Ctrl-C: generate ends with $code"
  grep -aq resume log || fail "Ctrl-C: the job is not said to be resumable"
  ok "Ctrl-C stops a job with exit code 1 after $seconds s, and it can be resumed"

  echo "== the documented REST clients"
  printf '#!/bin/bash\nexec "%s" "%s" "$@"\n' "$wine" "$exe" > served
  chmod +x served
  (cd "$OLDPWD" && bash tests/clients/run.sh "$work/served" tests/clients/product.png) > clients 2>&1 || { cp clients log; fail "the REST clients"; }
  ok "$(grep -c ': ok' clients) clients: $(sed -n 's/^== \(.*\): ok.*/\1/p' clients | tr '\n' ' ')"
fi

echo "== the studio's window"
# WORDS: when the log says so first, in milliseconds.
stamp() { date -d "$(grep -m1 "$1" log | cut -d' ' -f1)" +%s%3N; }
# LOG COUNT: waits until the log names that many drafts.
drafts() {
  for _ in $(seq 1200); do
    kill -0 "$app" 2>/dev/null || fail "the studio ended by itself"
    [ "$(grep -c 'draft millis' log)" -ge "$1" ] && return
    sleep 0.05
  done
  fail "no draft within 60 s"
}
# The process of the program itself; under Wine the launcher and Wine's own processes are others.
program() { pgrep -f "^[^ ]*nanococoa(\.exe)?( |$)" | while read -r pid; do printf '%s %s\n' "$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pid/status")" "$pid"; done | sort -n | tail -1; }
memory() { program | awk '{ printf "%d", $1 / 1024 }'; }
# WHEN: waits for the end of the studio, at most 10 s, and checks its exit code.
ended() {
  for _ in $(seq 200); do kill -0 "$app" 2>/dev/null || break; sleep 0.05; done
  kill -0 "$app" 2>/dev/null && fail "the window did not close $1"
  code=0
  wait "$app" || code=$?
  [ $code = 0 ] || fail "the studio ended with code $code $1"
}
# SYSTEM COMMAND...: opens the photo, types a text, closes; opens again. Sets first, draft, restored, resident.
session() {
  local system=$1 began code window before
  shift
  began=$(milliseconds)
  NANOCOCOA_LOG=nanococoa::gui=debug "$@" --open "$photo_here" > log 2>&1 &
  app=$!
  drafts 1
  first=$(($(stamp 'first frame shown') - began))
  draft=$(sed -n 's/.*draft millis=\([0-9]*\).*/\1/p' log | head -1)
  window=$(xdotool search --sync --onlyvisible --name 'nanoCocoa Studio' | tail -n 1)
  sleep 1.5
  import -window root "$out/$system-1-draft.png"
  [ "$(identify -format '%k' "$out/$system-1-draft.png")" -gt 2000 ] || fail "the window is blank"
  before=$(grep -c 'draft millis' log)
  xdotool windowactivate --sync "$window" mousemove --window "$window" 160 "$field" click 1 sleep 0.5 type --delay 40 'Hello 25%'
  drafts $((before + 1))
  sleep 2
  import -window root "$out/$system-2-text.png"
  resident=$(memory)
  again=$(sed -n 's/.*draft millis=\([0-9]*\).*/\1/p' log | tail -1)
  xdotool windowactivate --sync "$window" key alt+F4
  ended "the first time"
  began=$(milliseconds)
  NANOCOCOA_LOG=nanococoa::gui=debug "$@" > log 2>&1 &
  app=$!
  drafts 1
  warm=$(($(stamp 'first frame shown') - began))
  window=$(xdotool search --sync --onlyvisible --name 'nanoCocoa Studio' | tail -n 1)
  sleep 1.5
  import -window root "$out/$system-3-restored.png"
  xdotool windowactivate --sync "$window" key alt+F4
  ended "the second time"
}
# Centre of the field of the slogan below the top of the window, in pixels.
field=436
photo_here=$photo
session linux "$linux" --data-dir "$work/linux-studio"
linux_figures=("$first" "$warm" "$draft" "$again" "$resident")
photo_here="Z:${photo//\//\\}"
# The launcher, as the start menu starts it: no console, but its exit code.
session windows "$wine" "$work/app/nanococoa-studio.exe" --data-dir 'C:\스튜디오 자료'
for session_json in "$work/linux-studio/studio/session.json" "$WINEPREFIX/drive_c/스튜디오 자료/studio/session.json"; do
  jq -e '.. | strings | select(contains("Hello 25%"))' "$session_json" >/dev/null || fail "the typed text is not in $session_json"
done
ok "the studio drew its draft, took a text, closed with exit code 0 and restored its session (screenshots in $out)"
index=0
for row in "first frame, first start|$first" "first frame, later starts|$warm" "live draft after opening the photo|$draft" "live draft after typing|$again"; do
  figure "${row%%|*}" "${linux_figures[$index]}" "${row##*|}" ms
  index=$((index + 1))
done
figure "memory of the studio" "${linux_figures[4]}" "$resident" MB

if [ -z "$smoke" ]; then
  # With a second program on the console, as in a terminal: a console of its own is closed at the start.
  read -r code seconds < <(NANOCOCOA_LOG=nanococoa::gui=debug python3 console.py 'draft millis' "$wine" cmd /c "Z:${exe//\//\\}" --data-dir 'C:\스튜디오 자료' 2> log)
  [ "$code" = 0 ] || fail "Ctrl-C: the studio ends with $code"
  ok "Ctrl-C closes the studio with exit code 0 after $seconds s"

  echo "== the launcher's exit code"
  expect 2 "unexpected argument" "$wine" "$work/app/nanococoa-studio.exe" --no-such-flag
  ok "the launcher passes arguments, messages and exit code 2 on"

  setup=$(ls "$packed"-setup.exe 2>/dev/null || true)
  if [ -n "$setup" ]; then
    echo "== the installer"
    "$wine" "$setup" /S < /dev/null > log 2>&1 || fail "the installer ends with $?"
    user=$(ls -d "$WINEPREFIX"/drive_c/users/*/AppData/Local/Programs/nanoCocoa\ Studio)
    menu=$(ls "$WINEPREFIX"/drive_c/users/*/AppData/Roaming/Microsoft/Windows/Start\ Menu/Programs/nanoCocoa\ Studio.lnk)
    [ -s "$user/nanococoa.exe" ] && [ -s "$menu" ] || fail "the installer left files out"
    "$wine" "$user/nanococoa.exe" --version < /dev/null > stdout
    grep -q nanococoa stdout || fail "the installed program does not run"
    "$wine" reg query 'HKCU\Software\Classes\nanoCocoa.Project\shell\open\command' > stdout 2>&1 || fail "no association"
    grep -qa 'nanococoa-studio.exe" --open "%1"' stdout || fail "association: $(cat stdout)"
    # A file of the user beside the licences.
    echo mine > "$user/licenses/mine.txt"
    "$wine" "$user/uninstall.exe" /S < /dev/null > log 2>&1
    for _ in $(seq 100); do [ -e "$user/uninstall.exe" ] || [ -e "$menu" ] || break; sleep 0.1; done
    [ "$(find "$user" -type f)" = "$user/licenses/mine.txt" ] || fail "the uninstaller left or removed too much: $(find "$user" -type f)"
    rm -r "$user"
    [ ! -e "$menu" ] || fail "the uninstaller left the start menu's entry"
    ! "$wine" reg query 'HKCU\Software\Classes\nanoCocoa.Project' >/dev/null 2>&1 || fail "the uninstaller left the association"
    ok "installed for one user without questions, association and start menu there; uninstalled without a rest, a file of the user stays"
  fi
fi

echo "== figures ($(date +%F), $(nproc) cores, software OpenGL, $("$wine" --version))"
printf '%-40s %10s %10s\n' "" Linux Wine | tee "$out/figures.txt"
for row in "${figures[@]}"; do
  IFS='|' read -r name one other unit <<< "$row"
  printf '%-40s %7s %-2s %7s %-2s\n' "$name" "$one" "$unit" "$other" "$unit"
done | tee -a "$out/figures.txt"
