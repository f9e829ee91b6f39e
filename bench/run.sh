#!/bin/bash
# Measures our xenstored beside Debian's C xenstored (c417), oxenstored (oxen) and the echo floor.
#
#   bench/run.sh [--only SCENARIO,...] [--peers ours,c417,...] [--rounds N] [--scale X] [--write] [--no-build]
#
# Prints a markdown table; --write puts it into bench/RESULTS.md as well. See bench/README.md.
# Environment:
#   OURS   command of ours, with {dir} and {socket} in it     PEERS  folder of run-peer.sh (tests/Peers)
#   CPU    the server's CPU (default: the last)               CLIENT_CPU  the client's (default: the server's)
#   RAW    keeps all measured lines in this file              DIRS   folder for the servers' state (a new temporary one)
set -u
NAME=run.sh SUBJECT=xenstored LIST=scenarios WHO=ours,c417,oxen,echo
. "$(dirname "$0")/common.sh"
CLIENT_CPU=${CLIENT_CPU:-$CPU}
PINNED='server and client on one CPU'
[ "$CLIENT_CPU" = "$CPU" ] || PINNED='server and client on a CPU of their own each'
DEFAULT_OURS="env XENSTORED_KEEP=1 XENSTORED_PATH={dir}/socket XENSTORED_RUNDIR={dir} $ROOT/out/bin/xenstored -N --pid-file {dir}/pid"
DEFAULT_OURS+=" --hypervisor simulated:{dir}/shim"
export PEER_ours=${OURS:-$DEFAULT_OURS}

# The floor answers single requests only.
plays() {	# PEER SCENARIO
	[ "$1" != echo ] || case $2 in
	read|write|pipeline-read|pipeline-write|idle|irregular|start) ;;
	*) return 1 ;;
	esac
}

# One scenario against one fresh server; its lines go to stdout.
play() {	# PEER SCENARIO DIR
	local peer=$1 scenario=$2 dir=$3 words started socket pid rc

	mkdir -p "$dir/shim"
	if [ "$scenario" = start ]; then
		mapfile -t words < <("$PEERS/run-peer.sh" cmd "$peer" "$dir")
		words=("${words[@]/XENSTORED_KEEP=1/XENSTORED_KEEP=0}") # the store itself is measured
		timeout 60 taskset -c "$CPU" "$LOAD" start --socket "${words[0]}" -- "${words[@]:1}"
		return
	fi
	started=$(taskset -c "$CPU" "$PEERS/run-peer.sh" start "$peer" "$dir") || return 1
	socket=${started#socket=} socket=${socket%% *}
	pid=${started#*pid=} pid=${pid%% *}
	# Beneath a keeper the store is a child of what was started.
	pid=$(pgrep -P "$pid" || echo "$pid")
	timeout 180 taskset -c "$CLIENT_CPU" "$LOAD" "$scenario" --socket "$socket" --pid "$pid" --shim "$dir/shim" --scale "$SCALE"
	rc=$?
	"$PEERS/run-peer.sh" stop "$peer" "$dir"
	return $rc
}

finish_peer() { [ ! -e "$2/pid" ] || "$PEERS/run-peer.sh" stop "$1" "$2"; }

options "$@"
prepare xenstored echo-server 'c417 oxen echo'
measure
