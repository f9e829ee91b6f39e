#!/bin/bash
# Guests of other Debians for the machine of Xen 4.17, into cache/4.17/kernels/guest/NAME: what build.sh made for other versions of Xen, and `sid`,
# the newest kernel that Debian has, beneath the programs of 4.17's guest.
#
#   kernels.sh 4.14 4.20 sid
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=$(cd "$here/../cache" && pwd)
. "$here/../../../packaging/debian/suite.sh"
. "$here/pieces.sh"

guest_of() { (cd "$2" && cpio -id --quiet guest/vmlinux guest/initrd <"$cache/$1/dom0.cpio" && mv guest/* . && rmdir guest); }

newest() { # FOLDER
	local work=$cache/sid root=$cache/sid/root tree=$cache/sid/guest release name
	suite_open sid "$work/apt"
	release=$(suite_apt apt-cache depends linux-image-amd64 | sed -n 's/.*Depends: linux-image-\([0-9].*\)/\1/p')
	if [ ! -d "$root/usr/lib/modules/$release" ]; then
		echo "downloading Linux $release of Debian sid" >&2
		rm -rf "$root" "$work"/*.deb
		(cd "$work" && suite_apt apt-get -q download linux-{binary,modules}-"$release" >apt/log 2>&1) || { tail -5 "$work/apt/log" >&2; exit 1; }
		for name in "$work"/*.deb; do dpkg-deb -x "$name" "$root"; done
		rm "$work"/*.deb
		ln -s usr/lib "$root/lib"
		depmod -b "$root" "$release" 2>"$work/apt/log" # which misses lists of what is built in
	fi
	echo "$release" >"$1/release"
	kernel "$root/lib/modules/$release/vmlinuz" "$1/vmlinux"
	guest_of 4.17 "$work"
	rm -rf "$tree" "$work/vmlinux"
	mkdir "$tree"
	(cd "$tree" && gzip -dc "$work/initrd" | cpio -id --quiet --no-preserve-owner 2>"$work/apt/log" && rm modules/*) # it may not make device nodes
	frontends "$root" "$release" "$tree"
	archive "$tree" "$1/initrd"
	gzip -1 "$1/initrd" && mv "$1/initrd.gz" "$1/initrd"
	rm -rf "$tree" "$work/initrd"
}

rm -rf "$cache/4.17/kernels"
for name; do
	folder=$cache/4.17/kernels/guest/$name
	mkdir -p "$folder"
	if [ "$name" = sid ]; then newest "$folder"; else guest_of "$name" "$folder"; fi
done
