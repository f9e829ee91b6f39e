#!/bin/bash
# Makes a Xen host that QEMU can boot, of nothing but Debian's packages: hypervisor, dom0's kernel and one small initramfs with Xen's own tools,
# and in it a guest. Nothing is installed, and root is not needed.
#
#   build.sh 4.14|4.17|4.20 into cache/VERSION: xen, vmlinux, dom0.cpio (further archives may be appended to it)
#
# Debian 11 has Xen 4.14, Debian 12 has 4.17, Debian 13 has 4.20. Packages come from the mirror that this machine's own apt uses.
set -euo pipefail
umask 022
export PATH=$PATH:/usr/sbin:/sbin
here=$(cd "$(dirname "$0")" && pwd)
version=${1:?which Xen: 4.14, 4.17 or 4.20}
case $version in
4.14) suite=bullseye ;;
4.17) suite=bookworm ;;
4.20) suite=trixie ;;
*) echo "build.sh: there is no Xen $version here; 4.14, 4.17 and 4.20 are known" >&2; exit 2 ;;
esac
cache=$here/../cache/$version
packages="xen-utils-$version xen-utils-common xenstore-utils xen-hypervisor-$version-amd64 linux-image-amd64
	busybox-static bash coreutils util-linux bsdutils mount kmod iproute2 libstdc++6 libgcc-s1 sed grep gawk findutils procps strace"
# One version has what guests of other kinds need (kinds.sh).
[ $version != 4.17 ] || packages="$packages qemu-system-xen qemu-utils grub-xen-host grub-pc-bin python3 ncurses-base"
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)
. "$here/../../../packaging/debian/suite.sh"
. "$here/pieces.sh"

# All that the result depends on: when none of it changed, there is nothing to do.
stamp=$(cat "$here"/{build,kinds,pieces}.sh "$here"/../../../packaging/debian/suite.sh "$here"/init "$here"/{agent,start-daemons,stop-daemons} "$here"/../../Keeper/keeper.c "$here"/guest/{init,storeload.c,grub/*} "$here"/guest/hostile/* | sha256sum; echo "$packages")
[ ! -e "$cache/stamp" ] || [ "$stamp" != "$(cat "$cache/stamp")" ] || exit 0
rm -f "$cache/stamp"

say() { echo "Xen $version: $*" >&2; }

unpack() {
	local root=$cache/root.part file
	rm -rf "$root" # of a download that was broken off
	mkdir -p "$root"/usr/{bin,sbin,lib,lib64}
	say "downloading packages"
	suite_open "$suite" "$cache/apt"
	suite_apt apt-get -y -q --no-install-recommends --download-only install $packages >"$suite_folder/log" 2>&1 || { tail -5 "$suite_folder/log" >&2; exit 1; }
	say "unpacking"
	for file in bin sbin lib lib64; do ln -s "usr/$file" "$root/$file"; done
	for file in "$cache"/apt/archives/*.deb; do dpkg-deb --fsys-tarfile "$file" | tar -x -C "$root" --keep-directory-symlink --no-same-owner; done
	links_within "$root"
	rm -rf "$cache/apt" "$cache/root"
	mv "$root" "$cache/root"
	echo "$packages" >"$cache/packages"
}

# take DESTINATION FILE...: programs of the packages with the libraries they need, under the same names.
take() {
	local to=$1 file library libraries=$root/usr/lib/x86_64-linux-gnu:$root/usr/lib64
	shift
	for file; do
		install -D -m 755 "$root$file" "$to$file"
		head -c4 "$root$file" | grep -q ELF || continue
		for library in $("$root/lib64/ld-linux-x86-64.so.2" --inhibit-cache --library-path "$libraries" --list "$root$file" 2>/dev/null | grep -o "$root/[^ ]*"); do
			library=${library#"$root"}
			[ -e "$to$library" ] || install -D -m 755 "$root$library" "$to$library"
		done
	done
	mkdir -p "$to/lib64"
	[ -e "$to/lib64/ld-linux-x86-64.so.2" ] || install -m 755 "$root/lib64/ld-linux-x86-64.so.2" "$to/lib64/"
}

links() { local to=$1 file; mkdir -p "$to"/usr/{bin,sbin,lib,lib64}; for file in bin sbin lib lib64; do ln -s "usr/$file" "$to/$file"; done; }

[ -d "$cache/root" ] && [ "$(cat "$cache/packages")" = "$packages" ] || unpack
root=$cache/root
release=$(ls "$root/lib/modules")
say "making dom0 ($release)"
depmod -b "$root" "$release"
gzip -dc "$root/boot/xen-$version-amd64.gz" >"$cache/xen"
kernel "$root/boot/vmlinuz-$release" "$cache/vmlinux"

# The guest: the same kernel, busybox and Debian's xenstore clients.
guest=$cache/guest
rm -rf "$guest"
links "$guest"
mkdir -p "$guest"/{dev,proc,sys,tmp,modules}
take "$guest" /usr/bin/busybox /usr/bin/xenstore
for name in read write exists list ls rm watch chmod; do ln -s xenstore "$guest/usr/bin/xenstore-$name"; done
for name in $("$root/usr/bin/busybox" --list); do [ -e "$guest/usr/bin/$name" ] || ln -s busybox "$guest/usr/bin/$name"; done
rm -f "$guest"/usr/bin/{poweroff,reboot,halt}
# A guest ends at once, or as late as it was told to.
for name in poweroff reboot; do printf '#!/bin/sh\n[ ! -e /tmp/ends-after ] || sleep "$(cat /tmp/ends-after)"\nexec busybox %s -f\n' $name >"$guest/usr/sbin/$name"; chmod 755 "$guest/usr/sbin/$name"; done
frontends "$root" "$release" "$guest"
install -m 755 "$here/guest/init" "$guest/init"
gcc -O2 -static -Wall -Wextra -o "$guest/usr/bin/storeload" "$here/guest/storeload.c"
strip "$guest/usr/bin/storeload"

# dom0.
dom0=$cache/dom0
rm -rf "$dom0"
links "$dom0"
mkdir -p "$dom0"/{dev,proc,sys,run,tmp,root,etc/default,var/lib/xen,var/log/xen/console,guest}
ln -s /run "$dom0/var/run"
ln -s /run/lock "$dom0/var/lock"
tools=/usr/lib/xen-$version/bin
take "$dom0" /usr/bin/{busybox,bash,base64,stat,pgrep,readlink,kmod,script,strace,timeout,flock,ps,xenstore} /usr/sbin/losetup \
	$tools/{xl,xenstored,oxenstored,xenconsoled,xenconsole,xendomains,xen-init-dom0,libxl-save-helper,xenwatchdogd,lsevtchn,xen-diag}
for places in '/usr/sbin/ip /usr/bin/ip' "$tools/xenstore-control /usr/bin/xenstore-control"; do # which moved between versions
	for name in $places; do [ -e "$root$name" ] && take "$dom0" $name && break; done
done
for name in read write exists list ls rm watch chmod; do ln -s xenstore "$dom0/usr/bin/xenstore-$name"; done
for name in "$dom0$tools"/*; do [ -e "$dom0/usr/sbin/${name##*/}" ] || ln -s "$tools/${name##*/}" "$dom0/usr/sbin/"; done
for name in libstdc++.so.6 libgcc_s.so.1 libz.so.1 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libnss_files.so.2; do
	[ ! -e "$root/usr/lib/x86_64-linux-gnu/$name" ] || cp -L "$root/usr/lib/x86_64-linux-gnu/$name" "$dom0/usr/lib/x86_64-linux-gnu/"
done
cp -r "$root/etc/xen" "$dom0/etc/"
cp -r "$root/usr/lib/xen-common" "$dom0/usr/lib/"
mkdir -p "$dom0/usr/lib/modules/$release"
cp "$root/lib/modules/$release"/modules.{order,builtin,builtin.modinfo} "$dom0/usr/lib/modules/$release/"
for name in xen-evtchn xen-gntdev xen-gntalloc xen-privcmd xenfs xen-netback xen-blkback xen-blkfront loop bridge virtio_pci virtio_console virtio_blk virtio_net ext4 xen_wdt brd; do
	modprobe -d "$root" -S "$release" --show-depends $name 2>/dev/null || true
done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | sort -u | while read -r file; do
	to=$dom0/usr/lib/modules/$release${file#*"modules/$release"}
	mkdir -p "$(dirname "$to")"
	case $file in *.xz) xz -dc "$file" >"${to%.xz}" ;; *.zst) zstd -dcq "$file" >"${to%.zst}" ;; *) cp "$file" "$to" ;; esac
done
depmod -b "$dom0" "$release"
for name in $("$root/usr/bin/busybox" --list); do
	case $name in reboot|poweroff|halt|init|linuxrc|modprobe|insmod|lsmod|depmod|rmmod|modinfo) continue ;; esac
	[ -e "$dom0/usr/bin/$name" ] || [ -e "$dom0/usr/sbin/$name" ] || ln -s busybox "$dom0/usr/bin/$name"
done
for name in modprobe insmod lsmod rmmod; do ln -sf ../bin/kmod "$dom0/usr/sbin/$name"; done
printf 'root:x:0:0:root:/root:/bin/bash\n' >"$dom0/etc/passwd"
printf 'root:x:0:\n' >"$dom0/etc/group"
printf '127.0.0.1 localhost\n' >"$dom0/etc/hosts"
install -m 755 "$here/init" "$dom0/init"
install -m 755 "$here/agent" "$here/start-daemons" "$here/stop-daemons" "$dom0/usr/sbin/"
gcc -O2 -static -Wall -Wextra -Wno-unused-result -o "$dom0/usr/sbin/keeper" "$here/../../Keeper/keeper.c"
strip "$dom0/usr/sbin/keeper"
archive "$guest" "$dom0/guest/initrd"
gzip -1 "$dom0/guest/initrd" && mv "$dom0/guest/initrd.gz" "$dom0/guest/initrd"
cp "$cache/vmlinux" "$dom0/guest/vmlinux"
make -s -C "$here/guest/hostile" OUT="$dom0/guest/hostile"
archive "$dom0" "$cache/dom0.cpio"
[ $version != 4.17 ] || . "$here/kinds.sh"
rm -rf "$dom0" "$guest"
echo "$stamp" >"$cache/stamp"
say "ready: $(du -sh "$cache/dom0.cpio" | cut -f1)"
