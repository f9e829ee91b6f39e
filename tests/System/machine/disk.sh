#!/bin/bash
# Makes the disk of a whole Debian on which Xen's dom0 runs under a real init system, configured by dpkg as an administrator would have it.
#
#   disk.sh 4.17|4.20 systemd|openrc|cockpit      into cache/VERSION: KIND.img (ext4, no partitions; build.sh's initramfs mounts it)
#
# cockpit has systemd, and Cockpit as `apt install cockpit` brings it, without what our page does not use.
#
# Needs root: debootstrap runs the packages' own scripts in a chroot. build.sh has made the kernel and the guest before.
set -euo pipefail
umask 022
export PATH=$PATH:/usr/sbin:/sbin
here=$(cd "$(dirname "$0")" && pwd)
version=${1:?which Xen: 4.17 or 4.20} kind=${2:?which kind of host: systemd, openrc or cockpit}
case $version in
4.17) suite=bookworm ;;
4.20) suite=trixie ;;
*) echo "disk.sh: there is no Xen $version here; 4.17 and 4.20 are known" >&2; exit 2 ;;
esac
systemd="systemd systemd-sysv dbus udev polkitd qemu-system-xen qemu-utils"
case $kind in
systemd) packages=$systemd ;;
openrc) packages="sysvinit-core openrc udev" ;;
cockpit) packages="$systemd cockpit-ws cockpit-bridge cockpit-system sudo libpam-systemd" ;;
*) echo "disk.sh: there is no kind of host $kind here; systemd, openrc and cockpit are known" >&2; exit 2 ;;
esac
packages="$packages xen-utils-$version xen-hypervisor-$version-amd64 xenstore-utils bridge-utils busybox-static kmod iproute2 procps strace e2fsprogs"
cache=$(cd "$here/../cache/$version" && pwd)
root=$cache/root-$kind
[ "$(id -u)" = 0 ] || { echo "disk.sh: only root can make a whole Debian" >&2; exit 1; }

stamp=$(cat "$here"/{disk.sh,agent,agent.service,inittab} "$cache/stamp" | sha256sum)
[ ! -e "$cache/$kind.stamp" ] || [ "$stamp" != "$(cat "$cache/$kind.stamp")" ] || exit 0
rm -f "$cache/$kind.stamp" "$cache/$kind.img"

say() { echo "Xen $version with $kind: $*" >&2; }

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
	} >"$cache/$kind.log" 2>&1 || { tail -5 "$cache/$kind.log" >&2; exit 1; }
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
case $kind in
systemd | cockpit)
	install -m 644 "$here/agent.service" "$root/etc/systemd/system/agent.service"
	ln -sf ../agent.service "$root/etc/systemd/system/multi-user.target.wants/agent.service"
	for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer systemd-timesyncd.service getty@tty1.service; do
		ln -sf /dev/null "$root/etc/systemd/system/$unit"
	done
	;;&
cockpit) # with an administrator, and the network at whose end the browser is
	inside id admin >/dev/null 2>&1 || inside useradd --create-home --shell /bin/bash --groups sudo admin
	inside chpasswd <<<admin:admin
	printf '[Match]\nDriver=virtio_net\n[Network]\nAddress=10.0.2.15/24\n' >"$root/etc/systemd/network/browser.network"
	inside systemctl -q enable systemd-networkd
	printf '[basic]\ntimeout = 900\n' >"$root/etc/cockpit/cockpit.conf" # of a login: Cockpit's own 30 s may be too few under emulation
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
truncate -s 4G "$cache/$kind.img"
mke2fs -q -t ext4 -O ^has_journal -d "$root" "$cache/$kind.img"
echo "$stamp" >"$cache/$kind.stamp"
say "ready: $(du -sh "$cache/$kind.img" | cut -f1)"
