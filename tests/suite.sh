#!/bin/bash
# The root in which services are tested: of this machine, or of another Debian that is made once, of its packages, and kept in out/suites.
#
#   suite.sh [bookworm|trixie|sid [NAME PACKAGE...]]      prints the root's folder; without a suite it is /
#
# With a name the root is one of its own, with more packages, and with systemd alone: what needs systemd's parts cannot be beside OpenRC.
#
# Making one needs root and debootstrap: packages' own scripts run in it. Nothing of this machine is changed.
set -euo pipefail
umask 022
export PATH=$PATH:/usr/sbin:/sbin
suite=${1:-} name=${2:-}
[ -n "$suite" ] || { echo /; exit 0; }
case $suite in
bookworm | trixie | sid) ;;
*) echo "suite.sh: there is no suite $suite here; bookworm, trixie and sid are known, and none means this machine's own" >&2; exit 2 ;;
esac
# systemd without systemd-sysv, which would drive OpenRC out: a container's init is named.
packages="systemd dbus $([ -n "$name" ] || echo openrc) xenstore-utils binutils procps kmod libstdc++6 zlib1g ca-certificates ${*:3}"
cache=$(cd "$(dirname "$0")/.." && pwd)/out/suites/$suite${name:+-$name} # not beneath tests: who reads all sources there would follow its links
root=$cache/root
[ ! -e "$cache/packages" ] || [ "$packages" != "$(cat "$cache/packages")" ] || { echo "$root"; exit 0; }

[ "$(id -u)" = 0 ] || { echo "suite.sh: only root can make a whole Debian" >&2; exit 1; }
. "$(dirname "$0")/../packaging/debian/suite.sh"
mirror=$(suite_mirror)
[ -n "$mirror" ] || { apt-get -qq update && mirror=$(suite_mirror); } || true
[ -n "$mirror" ] || { echo "suite.sh: this machine's apt knows no mirror of Debian; apt-get update first" >&2; exit 1; }
inside() { chroot "$root" env DEBIAN_FRONTEND=noninteractive LC_ALL=C "$@"; }
echo "suite.sh: installing Debian's $suite" >&2
rm -rf "$root" "$cache/packages"
mkdir -p "$root"
{
	debootstrap --variant=minbase "$suite" "$root" "$mirror"
	printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" # nothing is started while it is installed
	chmod 755 "$root/usr/sbin/policy-rc.d"
	inside apt-get -q -y --no-install-recommends install $packages
	rm "$root/usr/sbin/policy-rc.d"
	inside apt-get clean
} >"$cache/log" 2>&1 || { tail -5 "$cache/log" >&2; exit 1; }
rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin
echo "$packages" >"$cache/packages"
echo "$root"
