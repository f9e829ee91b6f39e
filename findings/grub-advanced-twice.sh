#!/bin/bash
# grub-common 2.06 (Debian 12, 2.06-13+deb12u2): the scripts of grub-mkconfig, 10_linux and 20_linux_xen. Needs root, for a /boot of its own.
#
# Guess: on a host with Xen the submenu "Advanced options … (with Xen hypervisor)" has an id of its own, as each of its entries has (xen-gnulinux-…).
# Seen: both submenus, the one without Xen and the one with it, have the id gnulinux-advanced-UUID, and the one without Xen comes first. So a
# GRUB_DEFAULT="gnulinux-advanced-UUID>…" names two of them, and the first is not the one that boots Xen. Titles are unique.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq grub-common=2.06-13+deb12u2 2>apt.log || { cat apt.log >&2; exit 1; }
dpkg-deb -x grub-common_*.deb root
cat >inside <<'INSIDE'
set -e
mount -t tmpfs boot /boot
for version in 6.1.0-1-amd64 6.1.0-2-amd64; do
	echo kernel >/boot/vmlinuz-$version; echo initrd >/boot/initrd.img-$version; echo CONFIG_XEN_DOM0=y >/boot/config-$version
done
echo xen >/boot/xen-4.17-amd64.gz
printf '#!/bin/sh\ncase $* in *fs_uuid*) echo 0000-example ;; esac\n' >probe && chmod 755 probe # there is no disk here
export pkgdatadir=$PWD/root/usr/share/grub grub_probe=$PWD/probe grub_mkrelpath=$PWD/root/usr/bin/grub-mkrelpath grub_file=$PWD/root/usr/bin/grub-file
export GRUB_DISTRIBUTOR=Debian GRUB_DEVICE=/dev/sda1 GRUB_DEVICE_UUID=0000-example GRUB_DEVICE_BOOT=/dev/sda1 GRUB_DEVICE_BOOT_UUID=0000-example GRUB_FS=ext2 LC_ALL=C
for script in 10_linux 20_linux_xen; do sh root/etc/grub.d/$script 2>$script.log || { cat $script.log >&2; exit 1; }; done
INSIDE
unshare -m bash inside >grub.cfg
grep -o -E "(submenu|menuentry) '[^']*'.*menuentry_id_option '[^']*'" grub.cfg | sed -E "s/'([^']*)'.*menuentry_id_option/'\1'  id/"
first=$(grep -o "submenu '[^']*' \$menuentry_id_option 'gnulinux-advanced-[^']*'" grub.cfg | sed -n "1s/submenu '\([^']*\)'.*/\1/p")
same=$(grep -c "^submenu .*menuentry_id_option 'gnulinux-advanced-0000-example'" grub.cfg)
echo "submenus with the id gnulinux-advanced-0000-example: $same; the first is '$first'"
[ "$same" = 2 ] && [ "$first" = 'Advanced options for Debian GNU/Linux' ] || { echo changed; exit 1; }
echo "as stated"
