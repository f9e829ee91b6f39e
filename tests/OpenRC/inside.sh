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

is 'outside of a dom0 nothing starts, and it says why' bash -c '! rc-service xenconsoled start 2>&1 | tee /tmp/said | grep -q started; grep -q "no Xen dom0" /tmp/said'
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
is 'a stop of xenstored is refused while the host goes on' bash -c '! rc-service xenstored stop 2>/dev/null'
is 'and has stopped nothing' starts xenconsoled
is 'restart' rc-service -q xenconsoled restart
is 'xenconsoled answers again' xenconsoled status
is 'stop' rc-service -q xenconsoled stop
is 'xenconsoled is gone' bash -c '! pgrep -x xenconsoled'
pkill -x xenstored
exit $failed
