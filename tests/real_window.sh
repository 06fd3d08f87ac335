#!/usr/bin/env bash
# The real window, as a person gets it: opens a photo given on the command line under Xvfb, waits for the draft, looks whether anything is
# on the screen, closes it through the window manager and expects a clean end. Usage: tests/real_window.sh [BINARY [SCREENSHOT]]
# Text goes through the desktop's clipboard in both directions. Needs xvfb, openbox, xdotool, x11-utils, imagemagick, xclip.
set -euo pipefail
cd "$(dirname "$0")/.."
binary=${1:-target/release/nanococoa}
work=$(mktemp -d)
shot=${2:-$work/window.png}
display=""
pids=()
finish() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT
fail() {
  echo "real window: $1" >&2
  tail -n 20 "$work/log" >&2 2>/dev/null || true
  exit 1
}
for tool in Xvfb openbox xdotool xdpyinfo import identify xclip; do
  command -v "$tool" >/dev/null || fail "$tool is missing; install xvfb openbox xdotool x11-utils imagemagick xclip"
done

# A display that nobody uses; Xvfb says which.
Xvfb -displayfd 3 -screen 0 1440x900x24 -nolisten tcp 3>"$work/display" 2>/dev/null &
pids+=($!)
for _ in $(seq 100); do [ -s "$work/display" ] && break; sleep 0.05; done
display=":$(cat "$work/display")"
export DISPLAY=$display LIBGL_ALWAYS_SOFTWARE=1
unset WAYLAND_DISPLAY
xdpyinfo >/dev/null || fail "the display does not answer"
openbox --sm-disable >/dev/null 2>&1 &
pids+=($!)

NO_COLOR=1 NANOCOCOA_LOG=nanococoa::gui=debug "$binary" --data-dir "$work/data" --open assets/samples/coffee.png >"$work/log" 2>&1 &
app=$!
pids+=("$app")
for _ in $(seq 600); do
  kill -0 "$app" 2>/dev/null || fail "the program ended by itself"
  grep -q "draft millis" "$work/log" && break
  sleep 0.05
done
grep -q "draft millis" "$work/log" || fail "no draft within 30 s"
window=$(xdotool search --sync --onlyvisible --pid "$app" | tail -n 1)
sleep 1.5
import -window root "$shot"
colours=$(identify -format '%k' "$shot")
[ "$colours" -gt 2000 ] || fail "the screenshot has only $colours colours: it is blank"

# What another program copied is pasted into the palette; the command found that way copies something for other programs.
printf curl | xclip -selection clipboard -in >/dev/null 2>&1
xdotool windowactivate --sync "$window" key ctrl+k
sleep 0.7
xdotool key ctrl+v
sleep 0.7
xdotool key Return
copied=""
for _ in $(seq 60); do
  copied=$(timeout 2 xclip -selection clipboard -out 2>/dev/null || true)
  case "$copied" in *product_image*) break ;; esac
  sleep 0.1
done
case "$copied" in *http*/generate*product_image*) ;; *) fail "the clipboard holds \"${copied:0:60}\" instead of the request" ;; esac

# The window manager asks the program, as its close button does.
xdotool windowactivate --sync "$window" key alt+F4
for _ in $(seq 200); do kill -0 "$app" 2>/dev/null || break; sleep 0.05; done
kill -0 "$app" 2>/dev/null && fail "the window did not close"
code=0
wait "$app" || code=$?
[ "$code" -eq 0 ] || fail "the program ended with code $code"

# A signal closes the window too, and the session is there again at the next start.
NO_COLOR=1 NANOCOCOA_LOG=nanococoa::gui=debug "$binary" --data-dir "$work/data" >"$work/log" 2>&1 &
app=$!
pids+=("$app")
for _ in $(seq 600); do grep -q "draft millis" "$work/log" && break; sleep 0.05; done
grep -q "draft millis" "$work/log" || fail "the session was not restored"
kill -TERM "$app"
for _ in $(seq 200); do kill -0 "$app" 2>/dev/null || break; sleep 0.05; done
kill -0 "$app" 2>/dev/null && fail "SIGTERM does not close the window"
code=0
wait "$app" || code=$?
[ "$code" -eq 0 ] || fail "after SIGTERM the program ended with code $code"
echo "real window: draft shown, $colours colours, clipboard both ways, clean end by the window and by a signal"
