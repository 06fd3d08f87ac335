#!/usr/bin/env bash
# The document of the REST API against its specification, and the real server against its document.
# Usage: run.sh path/to/nanococoa
set -euo pipefail

binary=$(realpath "${1:?path of the nanococoa program}")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
venv="$here/../../target/openapi-venv"
work=$(mktemp -d)
server=

stop_server() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
  server=
}
cleanup() {
  stop_server
  rm -rf "$work"
}
trap cleanup EXIT

# arguments...: starts the server on a free port; its address is in $base.
start_server() {
  # Downloads that the probe starts must not reach the real hub.
  HF_ENDPOINT=http://127.0.0.1:9 "$binary" --data-dir "$work/data" serve --bind 127.0.0.1:0 "$@" >"$work/server.log" 2>&1 &
  server=$!
  for _ in $(seq 100); do
    base=$(sed -n 's/.*serves \(http:[^ ]*\).*/\1/p' "$work/server.log")
    [ -n "$base" ] && return
    kill -0 "$server" 2>/dev/null || break
    sleep 0.2
  done
  cat "$work/server.log" >&2
  exit 1
}

# phases, arguments...: every check, the same cases each time.
probe() {
  local phases=$1
  shift
  (cd "$work" && NANOCOCOA_BASE=$base SCHEMATHESIS_HOOKS="$here/hooks.py" timeout 110 "$venv/bin/schemathesis" run "$base/openapi.json" --checks all \
    --phases "$phases" --seed 1 --max-examples 25 --workers 1 --generation-database none --request-timeout 30 --no-color "$@")
  kill -0 "$server" || { echo "the server died" >&2; exit 1; }
}

# Built anew when the pins change.
if ! cmp -s "$here/requirements.txt" "$venv/requirements.txt"; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install -q --disable-pip-version-check --no-deps --require-hashes -r "$here/requirements.txt"
  cp "$here/requirements.txt" "$venv/requirements.txt"
fi

start_server
curl -sf --max-time 10 "$base/openapi.json" -o "$work/openapi.json"
"$venv/bin/openapi-spec-validator" "$work/openapi.json"
probe examples,coverage,fuzzing,stateful
stop_server

echo "== with a token"
token=a-long-random-word-for-this-test
start_server --token "$token"
NANOCOCOA_TEST_TOKEN=$token probe examples,coverage -H "Authorization: Bearer $token"
echo "the server does what its document says"
