#!/usr/bin/env bash
# Makes sure that what a target needs is there: `need.sh build|node|test`.
# Installs Debian packages when it may; otherwise says precisely what to install.
set -eu

# at_least HAVE WANT: whether version HAVE is WANT or later.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

need_go() {
	command -v go >/dev/null || { echo "need Go $1 or later: https://go.dev/dl (Debian 12's own package is too old)" >&2; exit 1; }
	local have
	have=$(go env GOVERSION | sed 's/^go//')
	at_least "$have" "$1" || { echo "need Go $1 or later, this is $have: https://go.dev/dl" >&2; exit 1; }
}

need_node() {
	command -v node >/dev/null && command -v npm >/dev/null || { echo "need Node 20 or later with npm: https://nodejs.org" >&2; exit 1; }
	local have
	have=$(node --version | sed 's/^v//')
	at_least "$have" 20 || { echo "need Node 20 or later, this is $have" >&2; exit 1; }
}

# need_packages PACKAGE…: Debian packages, installed in one go if any is missing.
need_packages() {
	local missing=()
	for package in "$@"; do
		dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
	done
	[ ${#missing[@]} -eq 0 ] && return
	if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
		echo "please install: sudo apt-get install -y ${missing[*]}" >&2
		exit 1
	fi
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

case ${1:-} in
build) need_go 1.26 ;;
node) need_node ;;
test)
	need_go 1.26
	need_node
	# A C compiler is what the race detector asks for.
	need_packages postgresql-15 postgresql-15-postgis-3 postgresql-15-postgis-3-scripts chromium fonts-noto-cjk gdal-bin haproxy gcc libc6-dev
	;;
*) echo "usage: need.sh build|node|test" >&2; exit 2 ;;
esac
