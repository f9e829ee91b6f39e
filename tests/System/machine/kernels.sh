#!/bin/bash
# Guests of other Debians for the machine of Xen 4.17: what build.sh made for other versions of Xen, into cache/4.17/kernels/guest/VERSION.
#
#   kernels.sh 4.14 4.20
set -euo pipefail
cache=$(cd "$(dirname "$0")/../cache" && pwd)
rm -rf "$cache/4.17/kernels"
for version; do
	folder=$cache/4.17/kernels/guest/$version
	mkdir -p "$folder"
	(cd "$folder" && cpio -id --quiet guest/vmlinux guest/initrd <"$cache/$version/dom0.cpio" && mv guest/* . && rmdir guest)
done
