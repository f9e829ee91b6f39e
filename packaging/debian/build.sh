#!/bin/bash
# Makes the Debian package out of what `make install` puts in place: packaging/debian/build.sh TREE OUT
# TREE was made by `make install INIT=systemd`. Root is not needed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
tree=${1:?the installed tree} out=${2:?where the package goes}
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' "$here/../../Directory.Build.props")-1
# Who builds a package for others is its maintainer, and says so as to every tool of Debian's. Nobody is at the address that stands here otherwise.
maintainer="${DEBFULLNAME:-The Daemons authors} <${DEBEMAIL:-nobody@example.org}>"
# The time in the package is that of the sources, so that they make the same package again.
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$here" log -1 --format=%ct 2>/dev/null || date +%s)}
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"
cp -a "$tree/." "$root/"
# Debian's own settings of xendomains are read as they are.
rm -f "$root/etc/default/xendomains"
find "$root/etc" -type d -empty -delete
install -m 644 "$here/xen.service" "$root/usr/lib/systemd/system/xen.service"
gzip -9n "$root"/usr/share/man/man8/*.8
rm -r "$root/usr/share/doc/xenstored"
doc=$root/usr/share/doc/xen-dom0-daemons
mkdir -p "$doc"
notice=$(sed -n 's/^Copyright/Copyright:/p' "$here/../../LICENSE")
sed '1,/^Copyright/d; s/^$/./; s/^/ /' "$here/../../LICENSE" | sed '1{/^ \.$/d}' >"$root/expat"
sed -e "s/@COPYRIGHT@/$notice/" -e "/@EXPAT@/{r $root/expat" -e 'd}' "$here/copyright" >"$doc/copyright"
rm "$root/expat"
gzip -9nc "$here/../../CHANGELOG.md" >"$doc/changelog.gz"
printf 'xen-dom0-daemons (%s) unstable; urgency=medium\n\n  * New release; changelog.gz says what changed.\n\n -- %s  %s\n' \
	"$version" "$maintainer" "$(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")" | gzip -9n >"$doc/changelog.Debian.gz"
install -D -m 644 "$here/lintian-overrides" "$root/usr/share/lintian/overrides/xen-dom0-daemons"
mkdir "$root/DEBIAN"
# What an administrator has changed stays.
find "$root/etc" -type f -printf '/etc/%P\n' >"$root/DEBIAN/conffiles"
size=$(du -ks --exclude=DEBIAN "$root" | cut -f1)
# The oldest C library with all that the executables import.
libc=$(objdump -T "$root"/usr/sbin/* | grep -o 'GLIBC_[0-9][0-9.]*' | cut -d_ -f2 | sort -V | tail -1)
sed -e "s/@VERSION@/$version/; s/@SIZE@/$size/; s/@LIBC@/$libc/; s/@MAINTAINER@/$maintainer/" "$here/control" >"$root/DEBIAN/control"
for script in preinst postinst prerm postrm; do
	sed "s|@DIVERTED@|$(tr '\n' ' ' <"$here/diverted")|; s| ; do|; do|" "$here/$script" >"$root/DEBIAN/$script"
	chmod 755 "$root/DEBIAN/$script"
done
(cd "$root" && find . -type f ! -path './DEBIAN/*' -printf '%P\0' | LC_ALL=C sort -z | xargs -0 md5sum >DEBIAN/md5sums)
mkdir -p "$out"
rm -f "$out"/xen-dom0-daemons_*.deb
dpkg-deb --root-owner-group --build "$root" "$out/xen-dom0-daemons_${version}_amd64.deb" >/dev/null
echo "$out/xen-dom0-daemons_${version}_amd64.deb"
