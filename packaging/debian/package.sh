# What both packages are made with. To be sourced with TREE OUT as arguments, after `name` and `architecture` are set.
# Root is not needed.
umask 022
here=$(cd "$(dirname "$0")" && pwd)
tree=${1:?the installed tree} out=${2:?where the package goes}
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' "$here/../../Directory.Build.props")-1
# Who builds a package for others is its maintainer, and says so as to every tool of Debian's. Nobody is at the address that stands here otherwise.
maintainer="${DEBFULLNAME:-The Daemons authors} <${DEBEMAIL:-nobody@example.org}>"
# The time in the package is that of the sources, so that they make the same package again.
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$here" log -1 --format=%ct 2>/dev/null || date +%s)}
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
cp -a "$tree/." "$root/"
chmod 755 "$root"
mkdir "$root/DEBIAN"
doc=$root/usr/share/doc/$name
mkdir -p "$doc"
# The lines of /LICENSE about the holders, and the text of the licence, as a copyright file has them.
notice=$(sed -n 's/^Copyright/Copyright:/p' "$here/../../LICENSE")
expat() { sed '1,/^Copyright/d; s/^$/./; s/^/ /' "$here/../../LICENSE" | sed '1{/^ \.$/d}'; }

# The last steps: changelogs, control file, sums, the package itself. Arguments: more of sed's for the control file.
finish() {	# CONTROL [SED...]
	local control=$1 size
	shift
	gzip -9nc "$here/../../CHANGELOG.md" >"$doc/changelog.gz"
	printf '%s (%s) unstable; urgency=medium\n\n  * New release; changelog.gz says what changed.\n\n -- %s  %s\n' \
		"$name" "$version" "$maintainer" "$(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")" | gzip -9n >"$doc/changelog.Debian.gz"
	# As dpkg-gencontrol counts, so that it is the same on each file system.
	size=$(find "$root" -path "$root/DEBIAN" -prune -o -type f -printf '%s\n' -o -printf '1024\n' | awk '{ sum += int(($1 + 1023) / 1024) } END { print sum }')
	sed -e "s/@VERSION@/$version/; s/@SIZE@/$size/; s/@MAINTAINER@/$maintainer/" "$@" "$here/$control" >"$root/DEBIAN/control"
	(cd "$root" && find . -type f ! -path './DEBIAN/*' -printf '%P\0' | LC_ALL=C sort -z | xargs -0 md5sum >DEBIAN/md5sums)
	mkdir -p "$out"
	rm -f "$out/$name"_*.deb
	dpkg-deb --root-owner-group --build "$root" "$out/${name}_${version}_$architecture.deb" >/dev/null
	echo "$out/${name}_${version}_$architecture.deb"
}
