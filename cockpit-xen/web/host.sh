#!/bin/bash
# A machine without Xen on which Cockpit serves the page, with the daemons on the simulated hypervisor and the recorded xl: a container of systemd's over a root of
# SUITE (tests/suite.sh), which is not changed. Prints the pid of its first process once Cockpit listens, and ends it when its standard input ends.
#
#   host.sh SUITE PORT      as root; PORT is of 127.0.0.1
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
suite=${1:?the suite} port=${2:?the port}
packages='cockpit-ws cockpit-bridge cockpit-system sudo polkitd libpam-systemd'
below=$("$root/tests/suite.sh" "$suite" cockpit $packages)
folder=$(mktemp -d /tmp/cockpit-host.XXXX)
inside=$folder/root
leader= nspawn=
finish() {
	[ -z "$leader" ] || kill -s RTMIN+3 "$leader" 2>/dev/null || true # halt
	for try in $(seq 50); do [ -n "$nspawn" ] && kill -0 "$nspawn" 2>/dev/null || break; sleep 0.1; done
	[ -z "$nspawn" ] || kill -9 "$nspawn" $leader 2>/dev/null || true
	sleep 0.5
	umount "$inside" 2>/dev/null || true
	rm -rf "$folder"
}
trap finish EXIT
trap 'exit 1' INT TERM HUP
mkdir "$folder"/{upper,work,root}
mount -t overlay overlay -o "lowerdir=$below,upperdir=$folder/upper,workdir=$folder/work" "$inside"

# The daemons as they are installed. Their units do without Xen's devices.
make --no-print-directory -s -C "$root" $(printf -- '-o out/bin/%s ' xenstored xenconsoled xendomains xenwatchdogd xencommons) install INIT=systemd DESTDIR="$inside"
for unit in "$inside"/usr/lib/systemd/system/xen*.service; do
	sed -i -e '/proc-xen.mount/d; /^ConditionPathExists/d; /^ExecStartPre/d; /^ExecCondition/d' "$unit"
done
sed -i 's#^Type=#EnvironmentFile=/etc/xl-environment\nType=#' "$inside/usr/lib/systemd/system/xendomains.service"
sed -i 's#^Type=#ReadWritePaths=/run/hv\nType=#' "$inside/usr/lib/systemd/system/xen-watchdog.service"
echo XL=/var/lib/xl >"$inside/etc/xl-environment"
install -D -m 755 "$root/tests/XenDomains.Tests/Program/xl" "$inside/usr/lib/recorded-xl"
printf '#!/bin/sh\nXL=/var/lib/xl exec /usr/lib/recorded-xl "$@"\n' >"$inside/usr/sbin/xl"
# Commands that ask the hypervisor ask the simulated one, and look at a host that is a folder of files.
printf '%s\n' '#!/bin/sh' 'case $1 in' \
	'metrics) exec /usr/sbin/xencommons "$@" --hypervisor=simulated:/run/hv ;;' \
	'check) exec /usr/sbin/xencommons "$@" --hypervisor=simulated:/run/hv ;;' \
	'*) exec /usr/sbin/xencommons "$@" ;;' 'esac' >"$inside/usr/local/sbin/xencommons"
chmod 755 "$inside/usr/sbin/xl" "$inside/usr/local/sbin/xencommons"
mkdir -p "$inside"/var/lib/xl/{images,play,domains} "$inside"/etc/{xen/auto,default,tmpfiles.d} "$inside/var/lib/xen/watchdog"
printf 'd /run/hv 0755\nd /run/store-hv 0755\n' >"$inside/etc/tmpfiles.d/hv.conf"
printf '%s\n' XENDOMAINS_AUTO=/etc/xen/auto XENDOMAINS_SAVE=/var/lib/xen/save XENDOMAINS_RETRIES=0 XENDOMAINS_STOP_MAXWAIT=20 >"$inside/etc/default/xendomains"
printf '%s\n' 'XENSTORED_ARGS="--hypervisor simulated:/run/store-hv"' 'XENCONSOLED_ARGS="--hypervisor simulated:/run/hv"' \
	'XENWATCHDOGD_ARGS="--hypervisor simulated:/run/hv --mode=report 60 5"' >"$inside/etc/default/xencommons"

# The page, Cockpit on a port of its own, one who may become root and one who may not.
make --no-print-directory -s -C "$root" -o out/cockpit/xen/index.html install-cockpit DESTDIR="$inside"
mkdir -p "$inside/etc/systemd/system/cockpit.socket.d" "$inside/etc/cockpit"
printf '[Socket]\nListenStream=\nListenStream=127.0.0.1:%s\n' "$port" >"$inside/etc/systemd/system/cockpit.socket.d/port.conf"
printf '[WebService]\nAllowUnencrypted=true\nLoginTo=false\n' >"$inside/etc/cockpit/cockpit.conf"
for user in admin viewer; do
	chroot "$inside" useradd --create-home --shell /bin/bash $user
	echo "$user:$user" | chroot "$inside" chpasswd
done
chroot "$inside" usermod -aG sudo admin
: >"$inside/etc/machine-id"
ln -sf /dev/null "$inside/etc/systemd/system/console-getty.service"
for unit in xenstored xenconsoled xen-watchdog; do ln -s "/usr/lib/systemd/system/$unit.service" "$inside/etc/systemd/system/"; done

export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
setsid systemd-nspawn -q -D "$inside" --boot --register=no --keep-unit --machine=cockpit-test systemd.unit=basic.target >"$folder/log" 2>&1 </dev/null &
nspawn=$!
enter() { nsenter -t "$leader" -m -u -i -p -n -C -r -w -- "$@"; }
for try in $(seq 100); do
	leader=$(pgrep -P "$nspawn" 2>/dev/null | head -1) || true
	[ -n "$leader" ] && enter systemctl is-active basic.target >/dev/null 2>&1 && break
	sleep 0.3
	[ "$try" != 100 ] || { echo "the container does not boot:" >&2; tail -20 "$folder/log" >&2; exit 1; }
done
enter systemctl start dbus systemd-logind systemd-user-sessions cockpit.socket
echo "$leader"
cat >/dev/null # until who started this has ended
