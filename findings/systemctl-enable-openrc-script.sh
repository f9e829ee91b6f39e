#!/bin/bash
# systemd 252.39 (Debian 12, 252.39-1~deb12u2) with init-system-helpers 1.65.2 (Debian 12, 1.65.2+deb12u1). Needs root and overlayfs, on Debian 12:
# a root of its own is laid over that of the machine, which is not changed, and nothing is booted.
#
# Guess: where a unit and a script in /etc/init.d have one name the unit counts, so a script that is for OpenRC (#!/sbin/openrc-run, no LSB header)
# is in nobody's way, and a package for both init systems can install both.
# Seen: `systemctl enable` hands the name to update-rc.d as well, and first. That refuses a script without runlevels in an LSB header, and then
# systemctl ends with status 1 and has made no link, neither for that unit nor for another one that is named in the same command. `systemctl disable`
# fails the same way and leaves a unit enabled. `systemctl preset` does not look there, nor does anything with SYSTEMCTL_SKIP_SYSV=1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq systemd=252.39-1~deb12u2 init-system-helpers=1.65.2+deb12u1 2>apt.log || { cat apt.log >&2; exit 1; }
mkdir over
cat >inside <<'INSIDE'
set -euo pipefail
mount -t tmpfs over over
mkdir over/{upper,work,root}
mount -t overlay overlay -o lowerdir=/,upperdir="$PWD/over/upper",workdir="$PWD/over/work" over/root
for file in *.deb; do dpkg-deb --fsys-tarfile "$file" | tar -x --keep-directory-symlink -C over/root; done
cd over/root
mount -t tmpfs run run
for name in finding-first finding-second; do printf '[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n' >lib/systemd/system/$name.service; done
printf '#!/sbin/openrc-run\ncommand=/bin/true\n' >etc/init.d/finding-first
chmod 755 etc/init.d/finding-first
same=0
is() { # STATUS ENABLED COMMAND...: the status of the command, and which of the two are enabled then
	local status=$1 enabled=$2 code=0 now
	shift 2
	chroot . "$@" >said 2>&1 || code=$?
	now=$(cd etc/systemd/system/multi-user.target.wants 2>/dev/null && ls -d finding-* 2>/dev/null | tr '\n' ' ') || true
	echo "$*: status $code; enabled: ${now:-none }$(grep -o 'update-rc.d: error.*' said | sed 's/^/ (/; s/$/)/' || true)"
	[ $code = "$status" ] && [ "$now" = "$enabled" ] || { cat said; same=1; }
}
is 1 '' systemctl enable finding-second finding-first
is 0 'finding-second.service ' systemctl enable finding-second
is 0 'finding-first.service finding-second.service ' systemctl preset finding-first
is 1 'finding-first.service finding-second.service ' systemctl disable finding-first
is 0 'finding-second.service ' env SYSTEMCTL_SKIP_SYSV=1 systemctl disable finding-first
exit $same
INSIDE
unshare -m bash inside || { echo changed; exit 1; }
echo "as stated"
