#!/usr/bin/env bash
# Asks for known vulnerabilities of what is built in, where the databases can be reached;
# says plainly which could not be. It fails on what was found, never on what was not asked.
set -u
cd "$(dirname "$0")/.."
found=0
out=$(mktemp)
trap 'rm -f "$out"' EXIT

echo "== Go: govulncheck (vuln.go.dev)"
timeout "${AUDIT_TIMEOUT:-600}" go run golang.org/x/vuln/cmd/govulncheck@latest ./... >"$out" 2>&1
status=$?
cat "$out"
case $status in
0) ;;
3) found=1 ;; # it ran, and code that is called has a known vulnerability
*) echo "!! NOT CHECKED: Go modules. govulncheck or its database could not be reached (see above)." ;;
esac

echo "== Front end: npm audit (the registry's advisories)"
cd frontend
npm audit --json >"$out" 2>/dev/null
status=$?
if node -e 'const r = JSON.parse(require("fs").readFileSync(process.argv[1])); process.exit(r.metadata && r.metadata.vulnerabilities ? 0 : 1)' "$out" 2>/dev/null; then
	node -e 'const r = JSON.parse(require("fs").readFileSync(process.argv[1])).metadata; console.log(r.vulnerabilities)' "$out"
	[ "$status" = 0 ] || found=1
else
	echo "!! NOT CHECKED: npm packages. The registry's advisories could not be reached."
fi

[ "$found" = 0 ] || echo "!! Known vulnerabilities were found."
exit "$found"
