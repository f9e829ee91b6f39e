#!/bin/bash
# The daemons under a real systemd: boots a container over this machine's own root, or over that of another SUITE (suite.sh), installs executables and units in
# it, and plays SystemdTests inside. What is beneath is not changed. Needs root, systemd-nspawn and overlayfs. The hypervisor is the simulated one, so what asks
# for Xen is left out of the units.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
below=$("$root/tests/suite.sh" "${SUITE:-}")
dotnet=$(dirname "$(readlink -f "$(command -v dotnet)")") # another suite has none
folder=$(mktemp -d /tmp/nspawn.XXXX)
leader= nspawn=
finish() {
	[ -z "$leader" ] || kill -s RTMIN+3 "$leader" 2>/dev/null || true # halt
	for try in $(seq 50); do kill -0 $nspawn 2>/dev/null || break; sleep 0.1; done
	[ -z "$nspawn" ] || kill -9 "$nspawn" $leader 2>/dev/null || true
	sleep 0.5
	umount "$folder/root" 2>/dev/null || true
	rm -rf "$folder"
}
trap finish EXIT
mkdir "$folder"/{upper,work,root}
mount -t overlay overlay -o "lowerdir=$below,upperdir=$folder/upper,workdir=$folder/work" "$folder/root"
inside=$folder/root
for daemon in xenstored xenconsoled; do
	install -D -m 755 "$root/out/bin/$daemon" "$inside/usr/sbin/$daemon"
	sed -e '/proc-xen.mount/d; /^ConditionPathExists/d; /^ExecStartPre/d; /^ExecCondition/d' "$root/systemd/$daemon.service" >"$inside/etc/systemd/system/$daemon.service"
done
install -D -m 755 -t "$inside/usr/sbin" "$root/out/bin/xendomains" "$root/out/bin/xencommons"
install -D -m 755 "$root/tests/XenDomains.Tests/Program/xl" "$inside/usr/sbin/xl"
sed -e '/proc-xen.mount/d; /^ConditionPathExists/d; /^ExecStartPre/d; /^ExecCondition/d; s/^TimeoutStopSec=.*/TimeoutStopSec=12/; s#^Type=#EnvironmentFile=/run/xl-environment\nType=#' "$root/systemd/xendomains.service" >"$inside/etc/systemd/system/xendomains.service"
install -D -m 755 -t "$inside/usr/sbin" "$root/out/bin/xenwatchdogd"
sed -e '/proc-xen.mount/d; /^ConditionPathExists/d; s#^Type=#ReadWritePaths=/run/wd\nType=#' "$root/systemd/xen-watchdog.service" >"$inside/etc/systemd/system/xen-watchdog.service"
for unit in "$root"/systemd/xen-metrics*; do sed -e '/^ConditionPathExists/d; /^ExecCondition/d' "$unit" >"$inside/etc/systemd/system/${unit##*/}"; done
install -D -m 644 "$root/dbus/org.xendaemons.Domains1.conf" "$inside/usr/share/dbus-1/system.d/org.xendaemons.Domains1.conf"
mkdir -p "$inside/etc/default" "$inside/var/lib/xen/save"
{ cat "$root/default/xendomains"; echo XENDOMAINS_PARALLEL=1; } >"$inside/etc/default/xendomains"
printf '%s\n' 'XENSTORED_ARGS="--hypervisor simulated:/run/store-hv"' 'XENCONSOLED_ARGS="--hypervisor simulated:/run/hv --journal=guest"' XENCONSOLED_TRACE=guest 'XENWATCHDOGD_ARGS=--hypervisor simulated:/run/wd --mode=off 30 5' >"$inside/etc/default/xencommons"
: >"$inside/etc/machine-id"
ln -sf /dev/null "$inside/etc/systemd/system/console-getty.service"
# A systemd of today knows no other groups of processes than the second kind.
export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
setsid systemd-nspawn -q -D "$inside" --boot --register=no --keep-unit --machine=daemons-test --bind-ro="$root" --bind-ro="$dotnet" systemd.unit=basic.target >"$folder/log" 2>&1 </dev/null &
nspawn=$!
for try in $(seq 100); do
	leader=$(pgrep -P "$nspawn" 2>/dev/null | head -1) || true
	[ -n "$leader" ] && nsenter -t "$leader" -m -p -C -r -w systemctl is-active basic.target >/dev/null 2>&1 && break
	sleep 0.3
	[ "$try" != 100 ] || { echo "the container does not boot:" >&2; tail -20 "$folder/log" >&2; exit 1; }
done
enter() { nsenter -t "$leader" -m -u -i -p -n -C -r -w -- "$@"; }
enter systemctl --version | head -1
enter systemctl start xenstored xenconsoled dbus systemd-logind
for tests in XenConsoled XenDomains; do
	enter env HOME=/root "PATH=$dotnet:$PATH" DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 dotnet test "$root/tests/$tests.Tests/bin/Release/net10.0/$tests.Tests.dll" \
		--nologo --filter Category=Systemd --logger 'console;verbosity=normal' --results-directory /tmp
done
# A guest whose kernel refuses hypercalls: the unit is left out, once, and is not failed. Anywhere else it runs.
watchdog() { enter systemctl show -p "$1" --value xen-watchdog; }
check() { [ "$2" = "$3" ] && echo "ok: $1" || { echo "FAILED: $1: $2, and $3 was expected"; exit 1; }; }
enter mkdir -p /run/wd
enter touch /run/wd/refuses-hypercalls
enter systemctl start xen-watchdog || true
sleep 3
check 'in a guest whose kernel refuses hypercalls xen-watchdog is not failed' "$(watchdog ActiveState) $(watchdog NRestarts)" 'inactive 0'
check 'and says why, once' "$(enter journalctl -u xen-watchdog -o cat --no-pager | grep -c 'modprobe xen_wdt')" 1
enter rm /run/wd/refuses-hypercalls
enter systemctl start xen-watchdog
check 'anywhere else it runs' "$(watchdog ActiveState) $(enter cat /run/wd/watchdog.1)" 'active 30'
enter systemctl stop xen-watchdog
check 'a stop gives the timer back' "$(watchdog Result) $(enter ls /run/wd | grep -c watchdog)" 'success 0'

# The store: its keeper starts it again, and systemd the keeper.
store() { enter systemctl show -p "$1" --value xenstored; }
pid() { enter cat /run/xen/xenstored.pid 2>/dev/null || true; }
is_back() { # BEFORE: another process than that serves the store
	for try in $(seq 300); do
		[ -n "$(pid)" ] && [ "$(pid)" != "$1" ] && enter xencommons xenstored --ready 2>/dev/null && return
		sleep 0.1
	done
	echo 'FAILED: xenstored is not back'
	exit 1
}
enter xenstore-write /kept yes
keeper=$(store MainPID) before=$(pid)
enter kill -9 "$before"
is_back "$before"
check 'a store that was killed is back with its nodes and the same keeper' "$(store MainPID) $(store NRestarts) $(enter xenstore-read /kept)" "$keeper 0 yes"
before=$(pid)
enter systemctl reload xenstored
is_back "$before"
check 'a reload takes the installed version, with the nodes and the same main process' "$(store MainPID) $(store NRestarts) $(enter xenstore-read /kept)" "$keeper 0 yes"
# Another xenstored in its place is not watched, because it would not answer, and is not followed by a new store. Here it is a program that only says that it
# is one. The command waits in vain for its answer.
printf '#!/bin/sh\n[ "$1" = --help ] && exec echo --keep-orphans\nrm /run/xenstored/state_dump # as who has read it\nexec sleep 1000\n' | enter install -m 755 /dev/stdin /usr/local/sbin/takes-streams
tools=$root/tests/Peers/cache/deb/usr
enter env LD_LIBRARY_PATH="$(echo "$tools"/lib/*-linux-gnu)" timeout 5 "$tools/lib/xen-4.17/bin/xenstore-control" live-update /usr/local/sbin/takes-streams || true
check 'the main process becomes another xenstored, which is not watched' "$(store MainPID) $(store WatchdogUSec) $(enter cat "/proc/$keeper/comm")" "$keeper 0 sleep"
enter kill -9 "$keeper"
for try in $(seq 50); do [ "$(store ActiveState)" = failed ] && break; sleep 0.1; done
check 'when that one ends, no new store begins' "$(store ActiveState) $(store ExecMainStatus)" 'failed 3'
enter mv /run/xenstored/socket.store.left /run/xenstored/socket.store
enter systemctl reset-failed xenstored
enter systemctl start xenstored
keeper=$(store MainPID)
before=$(pid)
enter kill -9 "$keeper"
is_back "$before"
check 'a keeper that was killed is back with a store that has its nodes' "$(store NRestarts) $(enter xenstore-read /kept)" '1 yes'
before=$(pid)
enter systemctl restart xenstored
is_back "$before"
check 'so is one that was restarted' "$(store NRestarts) $(enter xenstore-read /kept)" '0 yes'
# One that stands still, stopped by a signal or held by a debugger, is killed when it has not answered the unit's watchdog for so long.
printf '[Service]\nWatchdogSec=7\n' | enter install -D -m 644 /dev/stdin /etc/systemd/system/xenstored.service.d/hang.conf
enter systemctl daemon-reload
enter systemctl restart xenstored
keeper=$(store MainPID) before=$(pid)
enter kill -STOP "$before"
is_back "$before"
check 'a store that was stopped is killed and goes on' "$(store MainPID) $(store NRestarts) $(enter xenstore-read /kept)" "$keeper 0 yes"
before=$(pid)
enter python3 -c "
import ctypes, os, time
for thread in os.listdir('/proc/$before/task'): assert ctypes.CDLL(None).ptrace(16, int(thread), 0, 0) == 0 # PTRACE_ATTACH, as a debugger
time.sleep(100)" &
debugger=$!
is_back "$before"
kill $debugger 2>/dev/null || true
check 'so is one that a debugger holds' "$(store MainPID) $(store NRestarts) $(enter xenstore-read /kept)" "$keeper 0 yes"
enter rm -r /etc/systemd/system/xenstored.service.d
enter systemctl daemon-reload
enter systemctl stop xenstored
check 'a stop by hand is no failure' "$(store ActiveState) $(store Result)" 'inactive success'

# A store that another service has moves into ours, and its clients stay connected. (Without its sandbox it would see another boot id, which nspawn makes.)
enter systemd-run -q --unit=other-store -p ProtectKernelTunables=true -E XENSTORED_KEEP=1 /usr/sbin/xenstored -N --pid-file /run/other.pid --hypervisor simulated:/run/store-hv
is_answering() { for try in $(seq 100); do enter xencommons xenstored --ready 2>/dev/null && return; sleep 0.1; done; echo "FAILED: no answer"; exit 1; }
is_answering
enter sh -c 'exec xenstore-watch /moved >/run/events' &
for try in $(seq 50); do [ "$(enter cat /run/events 2>/dev/null)" = /moved ] && break; sleep 0.1; done
check 'a plan of a swap says so' "$(enter xencommons store swap --plan | grep -c 'moves into the service')" 1
enter xencommons store swap
enter xenstore-write /moved yes
for try in $(seq 50); do [ "$(enter grep -c /moved /run/events)" = 2 ] && break; sleep 0.1; done
check 'it has moved, with its nodes and clients' "$(store ActiveState) $(enter xenstore-read /kept) $(enter grep -c /moved /run/events) $(enter systemctl is-active other-store)" 'active yes 2 inactive'
check 'and nothing is left to do' "$(enter xencommons store swap | grep -c 'Nothing is to be done')" 1
enter systemctl stop xenstored
# The store of another daemon ends with it: systemd starts no new one, and expects no sign of life. Here it is a copy of ours under another name.
enter install -m 755 /usr/sbin/xenstored /usr/local/sbin/otherstored
enter sh -c 'echo XENSTORED=/usr/local/sbin/otherstored >>/etc/default/xencommons'
enter systemctl start xenstored
check 'another daemon is started and not watched' "$(store ActiveState) $(store WatchdogUSec)" 'active 0'
enter pkill -9 -x otherstored
for try in $(seq 50); do [ "$(store ActiveState)" = active ] || break; sleep 0.1; done
sleep 1
check 'killed, it is not started again' "$(store ActiveState) $(store NRestarts) $(store ExecMainStatus)" 'failed 0 3'

# Figures: they are collected as root, and served by a process without rights, which systemd starts for the first client.
enter sed -i '/^XENSTORED=/d' /etc/default/xencommons
enter systemctl reset-failed xenstored
enter systemctl start xenstored xen-metrics.socket
check 'with the server of figures comes the timer that has them collected' "$(enter systemctl is-active xen-metrics-file.timer)" active
enter systemctl start xen-metrics-file.service
figures() { enter bash -c 'exec 3<>/dev/tcp/127.0.0.1/9785 && printf "GET /metrics HTTP/1.0\r\n\r\n" >&3 && cat <&3' || true; }
check 'figures are served' "$(figures | grep -c -e '^HTTP/1.1 200' -e '^xen_up{source="store"} 1' -e '^xen_up{source="consoles"} 1')" 3
enter sh -c 'echo XEN_METRICS_FILE=/proc/nowhere/xen.prom >>/etc/default/xencommons'
check 'a collection that fails says why' "$(enter systemctl start xen-metrics-file.service 2>/dev/null || enter journalctl -q -u xen-metrics-file.service -o cat --no-pager | grep -c '^xencommons: .*/proc/nowhere')" 1
enter sed -i '/^XEN_METRICS_FILE=/d' /etc/default/xencommons
enter systemctl start xen-metrics-file.service
enter journalctl --rotate --vacuum-time=1s -q
server=$(enter systemctl show -p MainPID --value xen-metrics)
check 'by a process without rights' "$(enter awk '/^Uid/ { print ($2 > 0) } /^CapEff/ || /^CapBnd/ { print $2 + 0 }' "/proc/$server/status" | tr '\n' ' ')" '1 0 0 '
check 'which sees no socket of a daemon that it could use' "$(enter nsenter -t "$server" -m -n setpriv --reuid 65534 --clear-groups xenstore-read /kept 2>/dev/null | wc -c)" 0
check 'two collections leave no line in the journal' "$(enter systemctl start xen-metrics-file.service; enter journalctl -q -u xen-metrics-file.service -o cat --no-pager | wc -l)" 0

for daemon in xenstored xenconsoled xendomains xen-metrics xen-metrics-file; do enter systemd-analyze security --no-pager "$daemon" | tail -1; done
