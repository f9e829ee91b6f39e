# What guests of other kinds need: a device model, boot loaders with a disk that they boot from, drivers. A tree that only the machines of their
# tests (BootLoaderFacts, DeviceModelFacts) get into dom0, so that all others stay small. Part of build.sh, which has its functions and variables.

kinds=$cache/kinds
rm -rf "$kinds"
links "$kinds"
mkdir -p "$kinds/guest"

# QEMU: disks, shares and framebuffers for PV guests, the whole machine of an HVM one.
take "$kinds" /usr/libexec/xen-qemu-system-i386 /usr/bin/qemu-img /usr/lib/xen-$version/boot/hvmloader
mkdir -p "$kinds/usr/share/seabios"
install -D -m 644 "$root/usr/share/qemu/keymaps/en-us" "$kinds/usr/share/qemu/keymaps/en-us"
cp -L "$root"/usr/share/seabios/{bios-256k,vgabios-cirrus}.bin "$kinds/usr/share/seabios/"

# pygrub, and of Python what it imports.
python=$(basename "$(readlink -f "$root/usr/bin/python3")")
take "$kinds" /usr/bin/python3 $tools/pygrub /usr/lib/xen-$version/lib/x86_64-linux-gnu/xenfsimage/ext2fs-lib/fsimage.so \
	$(cd "$root" && ls -d /usr/lib/xen-$version/lib/python/*.so usr/lib/$python/lib-dynload/{_ctypes,_curses,resource}.*.so 2>/dev/null | sed 's:^[^/]:/&:')
cp -r "$root/usr/lib/xen-$version/lib/python" "$kinds/usr/lib/xen-$version/lib/"
(cd "$root" && find usr/lib/$python -name '*.py' -not -path '*/test/*' -not -path '*/idlelib/*' -not -path '*/dist-packages/*' | cpio -pdm --quiet "$kinds")
mkdir -p "$kinds/usr/lib/terminfo/v" && cp "$root/lib/terminfo/v/vt100" "$kinds/usr/lib/terminfo/v/"

# Drivers for a guest beside those that it has: /modules/WHAT/NN-name.ko, to be loaded in that order.
modules() { # WHAT MODULE...
	local what=$1 file number=10
	mkdir -p "$more/modules/$what"
	for file in $(modprobe -d "$root" -S "$release" --show-depends -a "${@:2}" | sed -n 's/^insmod \([^ ]*\).*/\1/p'); do
		case $file in *.xz) xz -dc "$file" ;; *.zst) zstd -dcq "$file" ;; *) cat "$file" ;; esac >"$more/modules/$what/$((number++))-$(basename "${file%.ko*}").ko"
	done
}
more=$cache/more
rm -rf "$more"
modules share 9pnet_xen 9p
modules backend xen-blkback loop
archive "$more" "$cache/more.cpio"
gzip -dc "$dom0/guest/initrd" | cat - "$cache/more.cpio" | gzip -1 >"$kinds/guest/initrd-more" # one stream, for libxc takes no two
rm -rf "$more" "$cache/more.cpio"

# GRUB's images as Debian has them, and a disk with a menu, a kernel and its initrd, from which they and pygrub boot.
cp "$root"/usr/lib/grub-xen/grub-{x86_64-xen,i386-xen_pvh}.bin "$kinds/guest/"
disk=$cache/disk
rm -rf "$disk"
mkdir -p "$disk/boot/grub"
install -m 644 "$here"/guest/grub/*.cfg "$disk/boot/grub/"
cp "$root/boot/vmlinuz-$release" "$disk/boot/vmlinuz"
gzip -1 <"$cache/vmlinux" >"$disk/boot/vmlinux.gz"
cp "$dom0/guest/initrd" "$dom0/guest/hostile" "$disk/boot/"
truncate -s 64M "$kinds/guest/boot.img"
mke2fs -q -t ext2 -d "$disk" "$kinds/guest/boot.img"
rm -rf "$disk"

# The disk before it, for a BIOS: its first sectors are GRUB, and it takes its menu from the other.
printf 'set root=(hd1)\nconfigfile /boot/grub/bios.cfg\n' >"$cache/core.cfg"
"$root/lib64/ld-linux-x86-64.so.2" --inhibit-cache --library-path "$root/usr/lib/x86_64-linux-gnu" "$root/usr/bin/grub-mkimage" -c "$cache/core.cfg" -d "$root/usr/lib/grub/i386-pc" \
	-O i386-pc -p '(hd1)/boot/grub' -o "$cache/core.img" biosdisk ext2 normal configfile linux multiboot serial terminal echo read sleep halt
cat "$root/usr/lib/grub/i386-pc/boot.img" "$cache/core.img" >"$kinds/guest/bios.img"
truncate -s 1M "$kinds/guest/bios.img"
rm "$cache"/core.{img,cfg}
