#!/bin/sh
# The demo of the README: a real server on a free port, the sample release through the CLI, side by side.
set -eu
BIN="${BIN:-.venv/bin}"
here=$(dirname "$0")
work=$(mktemp -d)
"$BIN/tarjimon" serve --port 0 --port-file "$work/port" 2>"$work/server.log" &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -rf "$work"' EXIT INT TERM
waited=0
until [ -s "$work/port" ]; do
  kill -0 "$server" 2>/dev/null || { echo "the server did not start:" >&2; cat "$work/server.log" >&2; exit 1; }
  waited=$((waited + 1))
  [ "$waited" -le 600 ] || { echo "the server was not ready after 60 s" >&2; cat "$work/server.log" >&2; exit 1; }
  sleep 0.1
done
server_address="127.0.0.1:$(cat "$work/port")"
"$BIN/tarjimon" health --server "$server_address" --wait 60 >/dev/null
"$BIN/tarjimon" translate "$here/release-2020-11-05.md" \
  --to ru,en --summarize --side-by-side --server "$server_address"
