#!/bin/bash
# Builds an executable twice, out of HEAD, in two folders with names of different length, and compares: packaging/reproducible.sh DAEMON
# Fails where they differ. What is compared is what `make publish` makes; the C library's folder is this checkout's.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
daemon=${1:?which daemon}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for folder in one another/with/a/longer/name; do
	mkdir -p "$work/$folder" "$here/packaging/debian/cache"
	git -C "$here" archive HEAD | tar -x -C "$work/$folder"
	ln -s "$here/packaging/debian/cache" "$work/$folder/packaging/debian/cache"
	make --no-print-directory -C "$work/$folder" "out/bin/$daemon"
	(cd "$work/$folder/out/bin" && sha256sum "$daemon")
done
cmp "$work/one/out/bin/$daemon" "$work/another/with/a/longer/name/out/bin/$daemon"
echo "$daemon is the same, byte for byte, out of two folders"
