#!/bin/bash
# Makes the Debian package of the page for Cockpit out of what `make install-cockpit` puts in place: packaging/debian/build-cockpit.sh TREE OUT
set -euo pipefail
name=cockpit-xen architecture=all
. "$(dirname "$0")/package.sh"
libraries=$doc/licenses-of-libraries.txt
part='^\([^ ]\+\) [0-9][^ ]* (\(.*\))$'
if ! grep -q "$part" "$libraries"; then
	echo "No library begins with NAME VERSION (LICENCE) in $libraries, so its licences cannot be checked." >&2
	exit 1
fi
# What the copyright file says below is of these licences. Each library's part begins with NAME VERSION (LICENCE).
others=$(sed -n "s/$part/\1 \2/p" "$libraries" | while read -r library license; do
	case "$license $library" in 'MIT '*|'0BSD tslib') ;; *) printf ' %s (%s)' "$library" "$license" ;; esac
done)
if [ -n "$others" ]; then
	echo "These libraries have other licences than the copyright file of $name names, so packaging/debian/build-cockpit.sh has to name them:$others" >&2
	exit 1
fi
{
	printf '%s\n' 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/' 'Upstream-Name: Xen dom0 daemons in C#' '' 'Files: *' "$notice"
	sed -n 's/^Copyright \((c) \)\?\([0-9A-Z].*\)/ \2/p' "$libraries" | LC_ALL=C sort -u
	printf '%s\n' 'License: Expat and 0BSD' \
		'Comment: The page has libraries within it; licenses-of-libraries.txt has the notices of each. The one under 0BSD is tslib.' '' 'License: Expat'
	expat
	printf '\nLicense: 0BSD\n'
	sed '1,/^tslib /d; /^-----*$/,$d' "$libraries" | sed '1,/^Copyright/d; s/^$/./; s/^/ /' | sed '1{/^ \.$/d}'
} >"$doc/copyright"
rm "$doc/LICENSE"
gzip -9n "$libraries"
install -d "$root/usr/share/lintian/overrides"
printf '%s\n' "# It is not part of Debian, and no bug of Debian's asks for it." "$name: initial-upload-closes-no-bugs *" >"$root/usr/share/lintian/overrides/$name"
finish control-cockpit
