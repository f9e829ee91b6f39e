#!/bin/bash
# Makes the Debian package of the page for Cockpit out of what `make install-cockpit` puts in place: packaging/debian/build-cockpit.sh TREE OUT
# Root is not needed.
set -euo pipefail
umask 022
here=$(cd "$(dirname "$0")" && pwd)
tree=${1:?the installed tree} out=${2:?where the package goes}
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' "$here/../../Directory.Build.props")-1
maintainer="${DEBFULLNAME:-The Daemons authors} <${DEBEMAIL:-nobody@example.org}>"
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$here" log -1 --format=%ct 2>/dev/null || date +%s)}
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
cp -a "$tree/." "$root/"
chmod 755 "$root"
doc=$root/usr/share/doc/cockpit-xen
notice=$(sed -n 's/^Copyright/Copyright:/p' "$doc/LICENSE")
libraries=$doc/licenses-of-libraries.txt
{
	printf '%s\n' 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/' 'Upstream-Name: Xen dom0 daemons in C#' '' 'Files: *' "$notice"
	sed -n 's/^Copyright \((c) \)\?\([0-9A-Z].*\)/ \2/p' "$libraries" | LC_ALL=C sort -u
	printf '%s\n' 'License: Expat and 0BSD' \
		'Comment: The page has libraries within it; licenses-of-libraries.txt has the notices of each. The one under 0BSD is tslib.' '' 'License: Expat'
	sed '1,/^Copyright/d; s/^$/./; s/^/ /' "$doc/LICENSE" | sed '1{/^ \.$/d}'
	printf '\nLicense: 0BSD\n'
	sed '1,/^tslib /d; /^-----*$/,$d' "$libraries" | sed '1,/^Copyright/d; s/^$/./; s/^/ /' | sed '1{/^ \.$/d}'
} >"$doc/copyright"
rm "$doc/LICENSE"
gzip -9n "$libraries"
gzip -9nc "$here/../../CHANGELOG.md" >"$doc/changelog.gz"
printf 'cockpit-xen (%s) unstable; urgency=medium\n\n  * New release; changelog.gz says what changed.\n\n -- %s  %s\n' \
	"$version" "$maintainer" "$(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")" | gzip -9n >"$doc/changelog.Debian.gz"
mkdir "$root/DEBIAN"
# As dpkg-gencontrol counts, so that it is the same on each file system.
size=$(find "$root" -path "$root/DEBIAN" -prune -o -type f -printf '%s\n' -o -printf '1024\n' | awk '{ sum += int(($1 + 1023) / 1024) } END { print sum }')
sed -e "s/@VERSION@/$version/; s/@SIZE@/$size/; s/@MAINTAINER@/$maintainer/" "$here/control-cockpit" >"$root/DEBIAN/control"
(cd "$root" && find . -type f ! -path './DEBIAN/*' -printf '%P\0' | LC_ALL=C sort -z | xargs -0 md5sum >DEBIAN/md5sums)
mkdir -p "$out"
rm -f "$out"/cockpit-xen_*.deb
dpkg-deb --root-owner-group --build "$root" "$out/cockpit-xen_${version}_all.deb" >/dev/null
echo "$out/cockpit-xen_${version}_all.deb"
