#!/usr/bin/env bash
# Runs the three client programs of the REST document against the real server on a free port, and one in the habits of the original server's
# clients. Nothing but the port is changed in them. Their libraries are pinned by version and hash.
# Usage: run.sh path/to/nanococoa path/to/photo.png   (the photo should be small, below 90 KB). Needs python3, node, npm, curl and jq.
set -euo pipefail

binary=$(realpath "${1:?path of the nanococoa program}")
photo=$(realpath "${2:?path of a PNG photo}")
clients=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
server=

cleanup() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap cleanup EXIT

for tool in python3 node npm curl jq; do
  command -v "$tool" >/dev/null || { echo "clients: $tool is missing; install python3, nodejs, npm, curl and jq" >&2; exit 1; }
done

"$binary" serve --bind 127.0.0.1:0 --data-dir "$work/data" >"$work/server.log" 2>&1 &
server=$!
base=
for _ in $(seq 100); do
  base=$(sed -n 's/.*serves \(http:[^ ]*\).*/\1/p' "$work/server.log")
  [ -n "$base" ] && break
  kill -0 "$server" 2>/dev/null || break
  sleep 0.2
done
[ -n "$base" ] || { cat "$work/server.log" >&2; exit 1; }
port=${base##*:}
port=${port%%/*}

# name: the client as documented, but for the port.
client() {
  grep -q "http://localhost:8000" "$clients/$1" || { echo "$1 does not name the documented address" >&2; exit 1; }
  sed "s|http://localhost:8000|http://localhost:$port|" "$clients/$1" >"$work/$1"
}

# name, command...: runs a client in a folder of its own and checks what it made.
check() {
  local name=$1 folder="$work/folder-$1"
  shift
  mkdir -p "$folder"
  cp "$photo" "$folder/product.png"
  echo "== $name"
  (cd "$folder" && timeout 600 "$@")
  [ -s "$folder/output.png" ] || { echo "$name: no output.png" >&2; exit 1; }
  [ "$(head -c 8 "$folder/output.png" | od -An -tx1 | tr -d ' \n')" = 89504e470d0a1a0a ] || { echo "$name: output.png is not a PNG" >&2; exit 1; }
  local left
  left=$(curl -s "$base/jobs" | jq -r .total_jobs)
  [ "$left" = 0 ] || { echo "$name: $left jobs were left behind" >&2; exit 1; }
  echo "== $name: ok, $(stat -c %s "$folder/output.png") bytes"
}

for name in client.py original_client.py client.js client.sh; do client "$name"; done

python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check --no-deps --require-hashes -r "$clients/requirements.txt"
check python "$work/venv/bin/python" "$work/client.py"
check original "$work/venv/bin/python" "$work/original_client.py"

cp "$clients/package.json" "$clients/package-lock.json" "$work/"
(cd "$work" && npm ci --silent --no-audit --no-fund --ignore-scripts >/dev/null)
check node node "$work/client.js"

check bash bash "$work/client.sh"

kill -0 "$server" || { echo "the server died" >&2; exit 1; }
echo "all clients work"
