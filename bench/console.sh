#!/bin/bash
# Measures our xenconsoled beside Debian's C xenconsoled (c417), on simulated guests.
#
#   bench/console.sh [--only SCENARIO,...] [--peers ours,c417,...] [--rounds N] [--scale X] [--write] [--no-build]
#
# Prints a markdown table; --write puts it into bench/RESULTS.md as well. See bench/README.md.
# Environment:
#   OURS   command of ours, with {dir} and {log} in it        PEERS  folder of run-console.sh (tests/Peers)
#   CPU    the daemon's CPU (default: the last)               OTHER  the CPU of guests, viewers and store (default: 0)
#   RAW    keeps all measured lines in this file              DIRS   folder for the daemons' state (a new temporary one)
set -u
NAME=console.sh SUBJECT=xenconsoled LIST=consoles WHO=ours,c417 PINNED='the daemon on one CPU, guests, viewers and store on another'
. "$(dirname "$0")/common.sh"
OTHER=${OTHER:-0}
DEFAULT_OURS="$ROOT/out/bin/xenconsoled -i --log={log} --log-dir={dir}/log --pid-file={dir}/own-pid --run-dir=/dev/shm{dir}"
DEFAULT_OURS+=" --hypervisor=simulated:{dir}/hv"
export CONSOLE_ours=${OURS:-$DEFAULT_OURS}
# Both have our store, whose domains are not theirs: it plays no part in what is measured, but for the 1,000 consoles.
export PEER_store="env XENSTORED_PATH={socket} $ROOT/out/bin/xenstored -N --pid-file {dir}/own-pid --hypervisor simulated:{dir}/hv"

# One scenario against one fresh daemon with a fresh store; its lines go to stdout.
play() {	# PEER SCENARIO DIR
	local peer=$1 scenario=$2 dir=$3 log=none started rc=1

	rm -rf "/dev/shm$dir"	# or ours would take over the consoles that the play before has left
	[ "$scenario" != console-log ] || log=guest
	if taskset -c "$OTHER" "$PEERS/run-peer.sh" start store "$dir/store" >/dev/null &&
	   started=$(taskset -c "$CPU" "$PEERS/run-console.sh" start "$peer" "$dir" "$log"); then
		timeout 180 taskset -c "$OTHER" "$LOAD" "$scenario" --dir "$dir" --pid "${started#pid=}" --scale "$SCALE"
		rc=$?
	fi
	finish_peer "$peer" "$dir"
	return $rc
}

finish_peer() {	# PEER DIR
	"$PEERS/run-console.sh" stop "$1" "$2"
	"$PEERS/run-peer.sh" stop store "$2/store"
}

options "$@"
[ -x "$ROOT/out/bin/xenstored" ] || die "out/bin/xenstored is missing: make publish"
prepare xenconsoled consoleshim.so c417
measure
