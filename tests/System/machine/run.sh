#!/bin/bash
# A Xen host to try by hand: boots the machine of a version with the daemons of a tree in it, and gives a shell in dom0 on this terminal.
#
#   run.sh VERSION TREE
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=$here/../cache/$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
(cd "$2" && find . -mindepth 1 | cpio -o -H newc -R 0:0 --quiet) >"$folder/added"
cat "$cache/dom0.cpio" "$folder/added" >"$folder/initrd"
echo "Xen $1 boots under emulation; it takes some seconds. Ctrl-A X ends it."
qemu-system-x86_64 -nodefaults -machine q35 -accel tcg,thread=multi -cpu "$(cat "$here/cpu")" -smp 2 -m 3584 -display none -no-reboot -rtc base=utc \
	-kernel "$cache/xen" -append "$(cat "$here/xen-options")" \
	-initrd "$cache/vmlinux console=hvc0 quiet panic=-1 interactive,$folder/initrd" -serial mon:stdio
