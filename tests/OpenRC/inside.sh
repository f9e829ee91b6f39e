#!/bin/bash
# What an administrator does with the services, in the root that run.sh made.
set -u
failed=0
is() { # WHAT CONDITION...
	local what=$1
	shift
	if "$@"; then echo "ok: $what"; else echo "FAILED: $what"; failed=1; fi
}
pid() { cat /run/xenconsoled/lock; }
starts() { rc-service "$1" status 2>/dev/null | grep -q started; }
mkdir -p /run/lock /run/openrc/{daemons,exclusive,failed,hotplugged,inactive,init.d,options,scheduled,started,starting,stopping,tmp,wasinactive}
touch /run/openrc/softlevel

is 'outside of a dom0 xencommons has nothing to do' rc-service -q xencommons start
for service in xenstored xenconsoled xendomains; do
	is "outside of a dom0 $service is left inactive, which is no failure, and says why" bash -c "rc-service $service start >/tmp/said 2>&1; ! grep -q ERROR /tmp/said && grep -Eq 'no Xen dom0|will start when' /tmp/said && rc-service $service status 2>&1 | grep -q 'inactive\|stopped'"
done
is 'nothing runs' bash -c '! pgrep -x xenstored && ! pgrep -x xenconsoled && ! pgrep -x xendomains'
for service in xendomains xenconsoled xenstored; do rc-service -q $service zap; done
echo control_d >/run/fake-capabilities
rc-update add xenstored default >/dev/null
rc-update add xenconsoled default >/dev/null
is 'a start of xenconsoled starts xenstored' rc-service -q xenconsoled start
is 'xenstored runs' starts xenstored
is 'xenconsoled answers when its start has returned' xenconsoled status
before=$(pid)
is 'reload' rc-service -q xenconsoled reload
sleep 0.5
is 'it is the same process after a reload' [ "$(pid)" = "$before" ]
kill -9 "$before"
for try in $(seq 50); do xenconsoled status >/dev/null 2>&1 && break; sleep 0.1; done
is 'killed, it is back' xenconsoled status
is 'as another process' [ "$(pid)" != "$before" ]

store() { cat /run/xen/xenstored.pid 2>/dev/null; }
keeper() { cut -d ' ' -f 4 "/proc/$(store)/stat"; }
is_back() { # BEFORE: another process than that serves the store
	for try in $(seq 100); do
		[ -n "$(store)" ] && [ "$(store)" != "$1" ] && xencommons xenstored --ready >/dev/null 2>&1 && return 0
		sleep 0.1
	done
	return 1
}
is_kept() { [ "$(xenstore-read /kept)" = yes ]; }
xenstore-write /kept yes
before=$(store) its_keeper=$(keeper)
kill -9 "$before"
is 'the store, killed, is back' is_back "$before"
is 'with its nodes' is_kept
is 'and with the same keeper' [ "$(keeper)" = "$its_keeper" ]
before=$(store)
is 'a reload takes the installed version' rc-service -q xenstored reload
is 'whose store is back' is_back "$before"
is 'with its nodes, and the keeper is the same process' bash -c "[ \"\$(xenstore-read /kept)\" = yes ] && [ $(keeper) = $its_keeper ]"
before=$(store)
kill -9 "$its_keeper"
is 'its keeper, killed, is back with a store' is_back "$before"
is 'which has the nodes' is_kept
is 'and its service is started' starts xenstored
is 'a stop by hand is allowed, and says that guests lose nothing' bash -c 'rc-service xenstored stop 2>&1 | grep -q "guests wait for the store until xenstored is started again, and lose nothing"'
is 'no process of it is left' bash -c '! pgrep -x xenstored'
is 'and it has stopped nothing else' starts xenconsoled
is 'it answers when its start has returned' bash -c 'rc-service -q xenstored start && xencommons xenstored --ready'
is 'and has its nodes' is_kept
before=$(store)
is 'restart' rc-service -q xenstored restart
is 'it is another process with the same nodes' bash -c "[ $(store) != $before ] && [ \"\$(xenstore-read /kept)\" = yes ]"

# A store that somebody has started by hand moves into the service, and its clients stay connected.
rc-service -q xenstored stop
XENSTORED_KEEP=1 setsid /usr/sbin/xenstored --pid-file /run/by-hand.pid --hypervisor simulated:/run/store-hv
hand=$(cut -d ' ' -f 4 "/proc/$(cat /run/by-hand.pid)/stat")
xenstore-watch /moved >/run/events &
for try in $(seq 50); do grep -qs /moved /run/events && break; sleep 0.1; done
is 'a store that was started by hand moves into the service' xencommons store swap
xenstore-write /moved yes
for try in $(seq 50); do [ "$(grep -c /moved /run/events)" = 2 ] && break; sleep 0.1; done
is 'its clients stay connected' [ "$(grep -c /moved /run/events)" = 2 ]
is 'its nodes are kept' is_kept
is 'and nobody else has it' bash -c "! kill -0 $hand 2>/dev/null && pgrep -P \$(pgrep -f 'supervise-daemon xenstored' | head -1) -x xenstored >/dev/null"
is 'nothing is left to do' bash -c 'xencommons store swap | grep -q "Nothing is to be done"'

# Another daemon, whose store ends with it: a copy of ours under another name.
cp /usr/sbin/xenstored /usr/local/sbin/otherstored
settings=$(cat /etc/conf.d/xencommons)
rc-service -q xenstored stop
echo XENSTORED=/usr/local/sbin/otherstored >>/etc/conf.d/xencommons
is 'another daemon is started' bash -c 'rc-service -q xenstored start && pgrep -x otherstored >/dev/null'
is 'without a supervisor' [ ! -e /run/xen/xenstored.supervisor.pid ]
is 'its stop is refused while the host goes on' bash -c '! rc-service xenstored stop 2>/dev/null'
is 'and has stopped nothing' bash -c 'pgrep -x otherstored >/dev/null && rc-service xenconsoled status 2>/dev/null | grep -q started'
is 'one that died is not said to run' bash -c 'pkill -9 -x otherstored; sleep 0.2; rc-service xenstored status 2>&1 | grep -q crashed'
rc-service -q xenstored start
is 'its start starts nothing, which is how OpenRC is' bash -c '! pgrep -x otherstored'
is 'the doctor knows' bash -c 'xencommons check 2>&1 | grep -q "xenstored has ended, and OpenRC believes that it runs"'
is 'its restart, which is refused while it runs, starts it' bash -c 'rc-service -q xenstored restart && pgrep -x otherstored >/dev/null'
is 'the doctor has nothing to say any more' bash -c '! xencommons check 2>&1 | grep -q "xenstored has ended"'
pkill -9 -x otherstored
sleep 0.2
rc-service -q xenstored zap
echo "$settings" >/etc/conf.d/xencommons
is 'ours is started again' rc-service -q xenstored start

# Gentoo's and Alpine's names, in the service's own file.
arguments() { tr '\0' ' ' </proc/"$1"/cmdline; }
settings=$(cat /etc/conf.d/xencommons)
sed -i '/^XENSTORED_ARGS/d; /^XENCONSOLED_/d' /etc/conf.d/xencommons
echo 'XENSTORED_OPTS="--hypervisor simulated:/run/store-hv --entry-nb 4000 --watch-nb 512"' >/etc/conf.d/xenstored
echo 'XENCONSOLED_OPTS="--hypervisor simulated:/run/hv --log=guest --log-dir=/srv/log/xen"' >/etc/conf.d/xenconsoled
rc-service -q xenstored restart
is 'XENSTORED_OPTS counts where XENSTORED_ARGS is not set' bash -c "tr '\0' ' ' </proc/\$(cat /run/xen/xenstored.pid)/cmdline | grep -q -e '--entry-nb 4000 --watch-nb 512'"
rc-service -q xenconsoled restart
is 'and XENCONSOLED_OPTS likewise' grep -q -e '--log-dir=/srv/log/xen ' <<<"$(arguments "$(pid)")"
echo 'XENCONSOLED_ARGS="--hypervisor simulated:/run/hv"' >>/etc/conf.d/xencommons
is 'where both are set the other is told of' bash -c 'rc-service xenconsoled restart 2>&1 | grep -q "XENCONSOLED_OPTS is not read, since XENCONSOLED_ARGS is set"'
is 'and does not count' bash -c "! tr '\0' ' ' </proc/$(pid)/cmdline | grep -q /srv/log/xen"
rm /etc/conf.d/xenstored /etc/conf.d/xenconsoled
echo "$settings" >/etc/conf.d/xencommons

rc-service -q xenstored stop
settings=$(cat /etc/conf.d/xencommons)
echo 'XENSTORED_ARGS=--nonsense' >>/etc/conf.d/xencommons
is 'a store that cannot start fails its service, and says where to look' bash -c '! timeout 60 rc-service xenstored start >/tmp/said 2>&1 && grep -q "xenstored does not answer after 10 s; its log says why" /tmp/said'
is 'nothing of it goes on' bash -c '! pgrep -x xenstored && ! rc-service -q xenstored status'
echo "$settings" >/etc/conf.d/xencommons
is 'xenstored is started again' rc-service -q xenstored start
is 'restart' rc-service -q xenconsoled restart
is 'xenconsoled answers again' xenconsoled status
is 'stop' rc-service -q xenconsoled stop
is 'xenconsoled is gone' bash -c '! pgrep -x xenconsoled'

export XL=/var/lib/xl
rm -rf /etc/xen/auto /var/lib/xen/save # what the machine beneath has
mkdir -p $XL /etc/xen/auto /var/lib/xen/save
printf 'rc_env_allow="XL"\n' >>/etc/rc.conf
echo 'name = "web"' >/etc/xen/auto/web
sed -i 's/^XENDOMAINS_SAVE=.*/XENDOMAINS_SAVE=/' /etc/conf.d/xendomains
is 'xendomains: a plan before it is started' bash -c 'rc-service xendomains plan 2>&1 | grep -q "create web"'
is 'xendomains: a check that finds nothing' rc-service -q xendomains check
is 'xendomains: start' rc-service -q xendomains start
is 'a restart of xenstored stops no guest' bash -c 'rc-service -q xenstored restart && ! grep -q ^shutdown $XL/calls'
is 'the guest runs' grep -q web $XL/domains/1
is 'xendomains: status' bash -c 'rc-service xendomains status 2>&1 | grep -q "web: is running"'
is 'xendomains: reload stops nobody' bash -c 'rc-service -q xendomains reload && grep -q web $XL/domains/1'
is 'a restart of xenconsoled leaves guests alone' bash -c 'rc-service -q xenconsoled start; rc-service -q xenconsoled restart && grep -q web $XL/domains/1 && ! grep -q ^shutdown $XL/calls'
is 'xendomains: stop' rc-service -q xendomains stop
is 'the guest was shut down' grep -q '^shutdown -F 1' $XL/calls
is 'xendomains: stopped, its status says so' bash -c '! rc-service -q xendomains status'
rc-service -q xenconsoled stop

is 'xenqemudev: not wanted, it is not needed, and that is no failure' bash -c 'rc-service xenqemudev start 2>&1 | grep -q "not needed"'
printf '#!/bin/sh\nexec sleep 1000\n' >/run/qemu
chmod 755 /run/qemu
settings=$(cat /etc/conf.d/xencommons)
printf '%s\n' XENQEMUDEV_FILE_BACKEND_ENABLE=no QEMU_XEN=/run/qemu >>/etc/conf.d/xencommons
rc-service -q xenqemudev zap
is 'no means no' bash -c 'rc-service xenqemudev start 2>&1 | grep -q "not needed"'
sed -i s/^XENQEMUDEV_FILE_BACKEND_ENABLE=.*/XENQEMUDEV_FILE_BACKEND_ENABLE=yes/ /etc/conf.d/xencommons
rc-service -q xenqemudev zap
is 'xenqemudev: start' rc-service -q xenqemudev start
qemu() { xenstore-read /local/domain/0/image/device-model-pid 2>/dev/null; }
for try in $(seq 300); do qemu >/dev/null && break; sleep 0.1; done
before=$(qemu)
is 'its pid is where libxl looks for it' [ -d "/proc/$before" ]
kill -9 "$before"
for try in $(seq 300); do [ "$(qemu)" != "$before" ] && break; sleep 0.1; done
is 'killed, it is back' [ "$(qemu)" != "$before" ]
is 'xenqemudev: stop, and its pid is gone from the store' bash -c 'rc-service -q xenqemudev stop && ! xenstore-exists /local/domain/0/image/device-model-pid'
is 'stopped by hand its status is stopped' bash -c 'rc-service xenqemudev status 2>&1 | grep -q "status: stopped"'
echo 'XENQEMU_OPTS="-monitor none"' >/etc/conf.d/xenqemu
printf '#!/bin/sh\ncase "$*" in *-version) exit 1 ;; esac\necho "$@" >/run/qemu-arguments\nexec sleep 1000\n' >/run/qemu
rc-service -q xenqemudev start
for try in $(seq 300); do grep -qs -e '-monitor none$' /run/qemu-arguments && break; sleep 0.1; done
is 'XENQEMU_OPTS of Alpine counts' grep -q -e '-monitor none$' /run/qemu-arguments
rc-service -q xenqemudev stop
echo 'XENQEMUDEV_OPTS="-serial null"' >/etc/conf.d/xenqemu
rc-service -q xenqemudev start
for try in $(seq 300); do grep -qs -e '-serial null$' /run/qemu-arguments && break; sleep 0.1; done
is 'XENQEMUDEV_OPTS of Gentoo counts' grep -q -e '-serial null$' /run/qemu-arguments
rc-service -q xenqemudev stop
printf '#!/bin/sh\nexit 1\n' >/run/qemu
rc-service -q xenqemudev start
for try in $(seq 600); do [ -e /run/openrc/failed/xenqemudev ] && break; sleep 0.1; done
is 'a QEMU that ends again and again is given up' [ -e /run/openrc/failed/xenqemudev ]
sleep 1
is 'which OpenRC calls stopped, and our status crashed' bash -c '[ ! -e /run/openrc/started/xenqemudev ] && rc-service xenqemudev status 2>&1 | grep -q "status: crashed"'
is 'the doctor knows that, too' bash -c 'xencommons check 2>&1 | grep -q "xenqemudev did not start, or ended so often that OpenRC gave it up"'
printf '#!/bin/sh\nexec sleep 1000\n' >/run/qemu
is 'a start tries again' rc-service -q xenqemudev start
is 'and status and doctor have forgotten it' bash -c 'rc-service xenqemudev status 2>&1 | grep -q "status: started" && ! xencommons check 2>&1 | grep -q "gave it up"'
rc-service -q xenqemudev stop
rm /etc/conf.d/xenqemu
echo "$settings" >/etc/conf.d/xencommons

printf '#!/bin/sh\necho "$@" >>/run/modprobed\n' >/usr/local/sbin/modprobe
chmod 755 /usr/local/sbin/modprobe
is 'xencommons: a stop unloads no module' bash -c 'rc-service -q xencommons stop && [ ! -e /run/modprobed ]'
is 'xencommons: where nothing runs on Xen its start succeeds, and does nothing' rc-service -q xencommons start
is 'xencommons: check' bash -c 'rc-service xencommons check 2>&1 | grep -q "errors, "'
timer() { cat /run/wd/watchdog.1 2>/dev/null; }
mkdir -p /run/wd
touch /run/wd/refuses-hypercalls
is 'xen-watchdog: in a guest whose kernel refuses hypercalls it is inactive, and names xen_wdt' bash -c 'rc-service xen-watchdog start >/tmp/said 2>&1; ! grep -q ERROR /tmp/said && grep -q "modprobe xen_wdt" /tmp/said && rc-service xen-watchdog status 2>&1 | grep -q inactive'
is 'nothing runs there' bash -c '! pgrep -x xenwatchdogd'
rc-service -q xen-watchdog zap
rm /run/wd/refuses-hypercalls
is 'xen-watchdog: start' rc-service -q xen-watchdog start
is 'its timer runs' [ "$(timer)" = 30 ]
is 'xen-watchdog: checks' bash -c 'rc-service xen-watchdog checks 2>&1 | grep -q "timer 1: 30 s"'
before=$(cat /run/xenwatchdogd/lock)
kill -9 "$before"
for try in $(seq 50); do [ -s /run/xenwatchdogd/lock ] && [ "$(cat /run/xenwatchdogd/lock)" != "$before" ] && break; sleep 0.1; done
sleep 1
is 'killed, it is back with its timer' [ "$(timer) $(ls /run/wd | grep -c '^watchdog')" = '30 1' ]
is 'xen-watchdog: stop gives the timer back, and nothing is reset five minutes later' bash -c 'rc-service -q xen-watchdog stop && [ ! -e /run/wd/watchdog.1 ]'
rc-service -q xen-watchdog start
echo shutdown >/run/openrc/softlevel
rc-service -q xen-watchdog stop
is 'while the host goes down the timer stays' [ "$(timer)" = 300 ]
echo default >/run/openrc/softlevel
is 'xen-metrics: start, and with it what collects the figures' rc-service -q xen-metrics start
figures() { (exec 3<>/dev/tcp/127.0.0.1/9785 && printf 'GET /metrics HTTP/1.0\r\n\r\n' >&3 && cat <&3) 2>/dev/null; }
for try in $(seq 100); do figures | grep -q '^xen_up' && break; sleep 0.1; done
is 'figures are served' [ "$(figures | grep -c -e '^HTTP/1.1 200' -e '^xen_up{source="store"} 1')" = 2 ]
is 'by a process without rights' bash -c 'pgrep -u nobody -f "[x]encommons metrics --serve" >/dev/null'
is 'xen-metrics-file: a stop takes the server along' bash -c 'rc-service -q xen-metrics-file stop && ! pgrep -f "[x]encommons metrics" >/dev/null'
rc-service -q xenstored stop
exit $failed
