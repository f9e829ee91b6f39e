#!/bin/bash
# Prints the folder whose C library executables are linked against, so that they start on hosts with one as old as that; nothing: this machine's own.
#
#   sysroot.sh debian11   Debian 11's, in cache/sysroot; downloaded and unpacked when it is not there
#   sysroot.sh auto       the same; where it cannot be downloaded, it says so, and this machine's own is taken
#   sysroot.sh own        this machine's own
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=$here/cache
packages='libc6 libc6-dev linux-libc-dev libgcc-s1 libgcc-10-dev zlib1g zlib1g-dev'
. "$here/suite.sh"

download() {
	echo "downloading Debian 11's C library" >&2
	suite_open bullseye "$cache/apt" || return 1
	(cd "$cache/apt/archives" && suite_apt apt-get -q download $packages >"$suite_folder/log" 2>&1) || { tail -5 "$suite_folder/log" >&2; return 1; }
}

unpack() {
	local file
	rm -rf "$cache/sysroot.part"
	mkdir "$cache/sysroot.part"
	for file in "$cache"/apt/archives/*.deb; do dpkg-deb -x "$file" "$cache/sysroot.part"; done
	links_within "$cache/sysroot.part"
	rm -rf "$cache/apt"
	mv "$cache/sysroot.part" "$cache/sysroot"
}

case ${1:-} in
own) exit ;;
debian11 | auto) ;;
*) echo "sysroot.sh: debian11, auto or own, not '${1:-}'" >&2; exit 2 ;;
esac
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9
if [ -d "$cache/sysroot" ]; then :
elif download; then unpack
elif [ "$1" = auto ]; then
	echo "Debian 11's C library cannot be downloaded: what is built now starts only where the C library is as new as this machine's. LIBC=own says that this is meant." >&2
	exit
else
	echo "sysroot.sh: Debian 11's C library cannot be downloaded; the reason is above" >&2
	exit 1
fi
echo "$cache/sysroot"
