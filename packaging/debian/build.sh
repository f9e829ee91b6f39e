#!/bin/bash
# Makes the Debian package out of what `make install` puts in place: packaging/debian/build.sh TREE OUT
# TREE was made by `make install INIT=systemd`. Root is not needed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
tree=${1:?the installed tree} out=${2:?where the package goes}
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' "$here/../../Directory.Build.props")
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"
cp -a "$tree/." "$root/"
# Debian's own settings of xendomains are read as they are.
rm -f "$root/etc/default/xendomains"
find "$root/etc" -type d -empty -delete
install -m 644 "$here/xen.service" "$root/usr/lib/systemd/system/xen.service"
gzip -9n "$root"/usr/share/man/man8/*.8
mv "$root/usr/share/doc/xenstored" "$root/usr/share/doc/xen-dom0-daemons"
mv "$root/usr/share/doc/xen-dom0-daemons/LICENSE" "$root/usr/share/doc/xen-dom0-daemons/copyright"
mkdir "$root/DEBIAN"
# What an administrator has changed stays.
find "$root/etc" -type f -printf '/etc/%P\n' >"$root/DEBIAN/conffiles"
size=$(du -ks --exclude=DEBIAN "$root" | cut -f1)
# The oldest C library with all that the executables import.
libc=$(objdump -T "$root"/usr/sbin/* | grep -o 'GLIBC_[0-9][0-9.]*' | cut -d_ -f2 | sort -V | tail -1)
sed -e "s/@VERSION@/$version/; s/@SIZE@/$size/; s/@LIBC@/$libc/" "$here/control" >"$root/DEBIAN/control"
for script in preinst postinst prerm postrm; do
	sed "s|@DIVERTED@|$(tr '\n' ' ' <"$here/diverted")|; s| ; do|; do|" "$here/$script" >"$root/DEBIAN/$script"
	chmod 755 "$root/DEBIAN/$script"
done
mkdir -p "$out"
dpkg-deb --root-owner-group --build "$root" "$out/xen-dom0-daemons_${version}_amd64.deb" >/dev/null
echo "$out/xen-dom0-daemons_${version}_amd64.deb"
