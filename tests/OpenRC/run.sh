#!/bin/bash
# The daemons under a real OpenRC (Debian's): a root over this machine's own, or over that of another SUITE (suite.sh), gets the package, the executables and
# the scripts, and in it inside.sh starts, kills, reloads and stops them. What is beneath is not changed. Needs root and overlayfs. The hypervisor is the
# simulated one, so the scripts look for its capabilities elsewhere. OPENRC_TREE: a tree in which another version of OpenRC was installed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
below=$("$here/../suite.sh" "${SUITE:-}")
folder=$(mktemp -d /tmp/openrc.XXXX)
finish() { umount -R -l "$folder/root" 2>/dev/null || true; rm -rf "$folder"; }
trap finish EXIT
mkdir "$folder"/{upper,work,root}
mount -t overlay overlay -o "lowerdir=$below,upperdir=$folder/upper,workdir=$folder/work" "$folder/root"
inside=$folder/root
mount --rbind /dev "$inside/dev"
mount --make-rslave "$inside/dev"
chroot "$inside" sh -c 'command -v openrc' >/dev/null || DEBIAN_FRONTEND=noninteractive chroot "$inside" apt-get install -y -qq --no-install-recommends openrc >"$folder/apt.log" 2>&1 || { tail -5 "$folder/apt.log" >&2; exit 1; }
[ -z "${OPENRC_TREE:-}" ] || tar -c -C "$OPENRC_TREE" . | tar -x --keep-directory-symlink -C "$inside" # another OpenRC over Debian's
echo "OpenRC $(chroot "$inside" openrc --version)"
for daemon in xenstored xenconsoled xendomains xenwatchdogd xencommons; do install -m 755 "$root/out/bin/$daemon" "$inside/usr/sbin/$daemon"; done
for script in "$root"/initd/*; do
	sed -e 's#/proc/xen/capabilities#/run/fake-capabilities#g; s#\[ ! -d /proc/xen \]#false#' "$script" >"$inside/etc/init.d/${script##*/}"
	chmod 755 "$inside/etc/init.d/${script##*/}"
done
mkdir -p "$inside/etc/conf.d"
printf '%s\n' 'XENSTORED_ARGS="--hypervisor simulated:/run/store-hv"' 'XENCONSOLED_ARGS="--hypervisor simulated:/run/hv"' XENCONSOLED_TRACE=all 'XENWATCHDOGD_ARGS="--hypervisor simulated:/run/wd --mode=off 30 5"' >"$inside/etc/conf.d/xencommons"
install -m 755 "$root/tests/XenDomains.Tests/Program/xl" "$inside/usr/sbin/xl" # the tests' toolstack
cp "$root/default/xendomains" "$inside/etc/conf.d/xendomains"
install -m 755 "$here/inside.sh" "$inside/root/inside.sh"
unshare --pid --fork --mount --uts --ipc bash -c '
	mount -t proc proc "$1/proc" && mount -t tmpfs run "$1/run" && exec chroot "$1" /bin/bash /root/inside.sh' bash "$inside"
