#!/bin/bash
# Makes the Debian package out of what `make install` puts in place: packaging/debian/build.sh TREE OUT
# TREE was made by `make install INIT=systemd`.
set -euo pipefail
name=xen-dom0-daemons architecture=amd64
. "$(dirname "$0")/package.sh"
# Debian's own settings of xendomains are read as they are.
rm -f "$root/etc/default/xendomains"
find "$root/etc" -type d -empty -delete
install -m 644 "$here/xen.service" "$root/usr/lib/systemd/system/xen.service"
gzip -9n "$root"/usr/share/man/man8/*.8
rm -r "$root/usr/share/doc/xenstored"
expat >"$root/expat"
sed -e "s/@COPYRIGHT@/$notice/" -e "/@EXPAT@/{r $root/expat" -e 'd}' "$here/copyright" >"$doc/copyright"
rm "$root/expat"
install -D -m 644 "$here/lintian-overrides" "$root/usr/share/lintian/overrides/$name"
# What an administrator has changed stays.
find "$root/etc" -type f -printf '/etc/%P\n' >"$root/DEBIAN/conffiles"
for script in preinst postinst prerm postrm; do
	sed "s|@DIVERTED@|$(tr '\n' ' ' <"$here/diverted")|; s| ; do|; do|" "$here/$script" >"$root/DEBIAN/$script"
	chmod 755 "$root/DEBIAN/$script"
done
# The oldest C library with all that the executables import.
libc=$(objdump -T "$root"/usr/sbin/* | grep -o 'GLIBC_[0-9][0-9.]*' | cut -d_ -f2 | sort -V | tail -1)
finish control -e "s/@LIBC@/$libc/"
