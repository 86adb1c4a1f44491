#!/usr/bin/env bash
# Starts the real binary's demo in a folder of its own and drives it in Chromium.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
server=
# finish stops the server and keeps its log on screen if something went wrong.
finish() {
	status=$?
	if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
	[ "$status" = 0 ] || { echo "--- server log (last 60 lines)"; tail -n 60 "$work/server.log" || true; }
	rm -rf "$work"
	exit "$status"
}
trap finish EXIT

port=$(node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})')
./bin/quanxi demo --addr "127.0.0.1:$port" --data "$work/data" >"$work/server.log" 2>&1 &
server=$!
for _ in $(seq 1 240); do
	curl -fsS "http://127.0.0.1:$port/readyz" >/dev/null 2>&1 && break
	kill -0 "$server" 2>/dev/null || { echo "the server ended before it was ready" >&2; exit 1; }
	sleep 0.5
done
cd frontend && QUANXI_DATA="$work/data" node e2e/run.mjs "http://127.0.0.1:$port"
