#!/bin/bash
# Debian's own clients of the store, of several versions of Xen, each with the C library that it was built for. Nothing is installed.
#
#   clients.sh FOLDER     makes FOLDER/4.14, 4.17, 4.20 (each with `run`, which runs one of its programs) and FOLDER/pyxs (Python's)
set -euo pipefail
folder=${1:?where to}
. "$(dirname "$0")/../../packaging/debian/suite.sh"

# fetch SUITE FOLDER PACKAGE: it and all that it needs.
fetch() {
	suite_open "$1" "$2/apt"
	suite_apt apt-get -y -q --no-install-recommends --download-only install "$3" >"$suite_folder/log" 2>&1 ||
		{ tail -5 "$suite_folder/log" >&2; echo "clients.sh: $3 of Debian's $1 cannot be downloaded here" >&2; exit 1; }
}

for pair in bullseye:4.14 bookworm:4.17 trixie:4.20; do
	version=${pair#*:}
	[ ! -e "$folder/$version/run" ] || continue
	part=$folder/$version.part
	rm -rf "$part" "${folder:?}/$version"
	mkdir -p "$part/root"/usr/{bin,sbin,lib,lib64}
	for name in bin sbin lib lib64; do ln -s "usr/$name" "$part/root/$name"; done
	fetch "${pair%:*}" "$part" xenstore-utils
	for file in "$part"/apt/archives/*.deb; do dpkg-deb --fsys-tarfile "$file" | tar -x -C "$part/root" --keep-directory-symlink --no-same-owner; done
	rm -rf "$part/apt"
	cat >"$part/run" <<-'END'
		#!/bin/sh
		# run PROGRAM ARGS...: a program of this folder, with this folder's libraries alone
		root=$(dirname "$0")/root program=$1
		shift
		for file in "$root/usr/bin/$program" "$root/usr/sbin/$program"; do
			[ ! -e "$file" ] || exec "$root"/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 --inhibit-cache --library-path "$root/usr/lib/x86_64-linux-gnu" "$file" "$@"
		done
		echo "$0: no $program here" >&2
		exit 127
	END
	chmod +x "$part/run"
	mv "$part" "$folder/$version"
done

if [ ! -e "$folder/pyxs" ]; then
	part=$folder/pyxs.part
	rm -rf "$part"
	mkdir -p "$part/apt"
	(cd "$part/apt" && apt-get download -q python3-pyxs >log 2>&1) || { tail -5 "$part/apt/log" >&2; echo "clients.sh: python3-pyxs cannot be downloaded here" >&2; exit 1; }
	for file in "$part"/apt/*.deb; do dpkg-deb --fsys-tarfile "$file" | tar -x -C "$part" --no-same-owner; done
	rm -rf "$part/apt"
	mv "$part" "$folder/pyxs"
fi
