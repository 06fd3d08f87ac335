#!/usr/bin/env bash
# Runs the three client programs of the REST document, word for word, against the real server, and one in the habits of its own clients.
# Usage: run.sh path/to/nanococoa path/to/photo.png   (the clients want port 8000; the photo should be small, below 90 KB)
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

missing=()
for tool in curl jq; do command -v "$tool" >/dev/null || missing+=("$tool"); done
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" = 0 ]; then sudo=; else sudo=sudo; fi
  $sudo apt-get update -qq
  $sudo apt-get install -y -qq "${missing[@]}" >/dev/null
fi

if curl -s -o /dev/null --max-time 2 http://127.0.0.1:8000/health; then
  echo "port 8000 is in use by another server" >&2
  exit 1
fi
"$binary" serve --bind 127.0.0.1:8000 --data-dir "$work/data" >"$work/server.log" 2>&1 &
server=$!
for _ in $(seq 100); do
  curl -s -o /dev/null --max-time 2 http://127.0.0.1:8000/health && break
  kill -0 "$server" 2>/dev/null || { cat "$work/server.log" >&2; exit 1; }
  sleep 0.2
done

# name, command...: runs a client in a folder of its own and checks what it made.
check() {
  local name=$1 folder="$work/$1"
  shift
  mkdir -p "$folder"
  cp "$photo" "$folder/product.png"
  echo "== $name"
  (cd "$folder" && timeout 600 "$@")
  [ -s "$folder/output.png" ] || { echo "$name: no output.png" >&2; exit 1; }
  [ "$(head -c 8 "$folder/output.png" | od -An -tx1 | tr -d ' \n')" = 89504e470d0a1a0a ] || { echo "$name: output.png is not a PNG" >&2; exit 1; }
  local left
  left=$(curl -s http://127.0.0.1:8000/jobs | jq -r .total_jobs)
  [ "$left" = 0 ] || { echo "$name: $left jobs were left behind" >&2; exit 1; }
  echo "== $name: ok, $(stat -c %s "$folder/output.png") bytes"
}

if python3 -c 'import requests' 2>/dev/null; then
  python=python3
else
  python3 -m venv "$work/venv"
  "$work/venv/bin/pip" install -q requests
  python="$work/venv/bin/python"
fi
check python "$python" "$clients/client.py"
check original "$python" "$clients/original_client.py"

mkdir -p "$work/node"
cp "$clients/client.js" "$work/node/"
(cd "$work/node" && npm init -y >/dev/null && npm install --silent --no-audit --no-fund axios >/dev/null)
check node node "$work/node/client.js"

check bash bash "$clients/client.sh"

kill -0 "$server" || { echo "the server died" >&2; exit 1; }
echo "all clients work"
