#!/bin/bash
# Makes the disk of a whole Debian on which Xen's dom0 runs under a real init system, configured by dpkg as an administrator would have it.
#
#   disk.sh 4.17|4.20 systemd|openrc      into cache/VERSION: INIT.img (ext4, no partitions; build.sh's initramfs mounts it)
#
# Needs root: debootstrap runs the packages' own scripts in a chroot. build.sh has made the kernel and the guest before.
set -euo pipefail
umask 022
export PATH=$PATH:/usr/sbin:/sbin
here=$(cd "$(dirname "$0")" && pwd)
version=${1:?which Xen: 4.17 or 4.20} init=${2:?which init system: systemd or openrc}
case $version in
4.17) suite=bookworm ;;
4.20) suite=trixie ;;
*) echo "disk.sh: there is no Xen $version here; 4.17 and 4.20 are known" >&2; exit 2 ;;
esac
case $init in
systemd) packages="systemd systemd-sysv dbus udev polkitd qemu-system-xen qemu-utils" ;;
openrc) packages="sysvinit-core openrc udev" ;;
*) echo "disk.sh: there is no init system $init here; systemd and openrc are known" >&2; exit 2 ;;
esac
packages="$packages xen-utils-$version xen-hypervisor-$version-amd64 xenstore-utils bridge-utils busybox-static kmod iproute2 procps strace e2fsprogs"
cache=$(cd "$here/../cache/$version" && pwd)
root=$cache/root-$init
[ "$(id -u)" = 0 ] || { echo "disk.sh: only root can make a whole Debian" >&2; exit 1; }

stamp=$(cat "$here"/{disk.sh,agent,agent.service,inittab} "$cache/stamp" | sha256sum)
[ ! -e "$cache/$init.stamp" ] || [ "$stamp" != "$(cat "$cache/$init.stamp")" ] || exit 0
rm -f "$cache/$init.stamp" "$cache/$init.img"

say() { echo "Xen $version with $init: $*" >&2; }

inside() { chroot "$root" env DEBIAN_FRONTEND=noninteractive LC_ALL=C "$@"; }

if [ ! -e "$root.packages" ] || [ "$packages" != "$(cat "$root.packages")" ]; then
	rm -rf "$root" "$root.packages"
	mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | grep -v security | sed -n 1p)
	say "installing packages"
	{
		debootstrap --variant=minbase "$suite" "$root" "$mirror"
		printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" # nothing is started while it is installed
		chmod 755 "$root/usr/sbin/policy-rc.d"
		inside apt-get -q update
		inside apt-get -q -y --no-install-recommends install $packages
		rm "$root/usr/sbin/policy-rc.d"
		inside apt-get clean
	} >"$cache/$init.log" 2>&1 || { tail -5 "$cache/$init.log" >&2; exit 1; }
	rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin
	echo "$packages" >"$root.packages"
fi

# The guest, and of the kernel's modules those that the small machine has.
rm -rf "$root/guest" "$root/usr/lib/modules"
(cd "$root" && cpio -id --quiet 'guest/*' 'usr/lib/modules/*' <"$cache/dom0.cpio")
echo dom0 >"$root/etc/hostname"
printf '/dev/vda / ext4 defaults,noatime 0 1\n' >"$root/etc/fstab"
: >"$root/etc/machine-id"
inside passwd -qd root
install -m 755 "$here/agent" "$root/usr/local/sbin/agent"
case $init in
systemd)
	install -m 644 "$here/agent.service" "$root/etc/systemd/system/agent.service"
	ln -sf ../agent.service "$root/etc/systemd/system/multi-user.target.wants/agent.service"
	for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer systemd-timesyncd.service getty@tty1.service; do
		ln -sf /dev/null "$root/etc/systemd/system/$unit"
	done
	;;
openrc)
	install -m 644 "$here/inittab" "$root/etc/inittab"
	# Debian runs all of sysvinit's S level in sysinit: minutes under emulation. The initramfs has mounted what is needed.
	for service in "$root"/etc/runlevels/sysinit/*; do
		case ${service##*/} in cgroups | hostname.sh | kmod | mountkernfs.sh | mountdevsubfs.sh) ;; *) rm -f "$service" ;; esac
	done
	;;
esac
say "writing its disk"
truncate -s 4G "$cache/$init.img"
mke2fs -q -t ext4 -O ^has_journal -d "$root" "$cache/$init.img"
echo "$stamp" >"$cache/$init.stamp"
say "ready: $(du -sh "$cache/$init.img" | cut -f1)"
