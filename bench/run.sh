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
#   COLLECTOR  who collects figures in the scenario "scraped", with {shim} in it; it is also told --file=FILE (default: out/bin/xencommons,
#          each second)
set -u
NAME=run.sh SUBJECT=xenstored LIST=scenarios WHO=ours,c417,oxen,echo
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/stores.sh"
export CPU
# The CPUs that the server does not have.
OTHER_CPUS=$(seq -s, 0 $(($(nproc) - 1)) | sed -E "s/(^|,)$CPU(,|$)/\\1/; s/,$//")
export OTHER_CPUS=${OTHER_CPUS:-$CPU}
# The daemons' programs are not there for it: they would only take CPU time of their own.
[ -n "${COLLECTOR:-}" ] || COLLECTOR="$ROOT/out/bin/xencommons metrics --every=1 --hypervisor=simulated:{shim} --programs=/nonexistent"
export COLLECTOR

# The floor answers single requests only. The others tell a collector nothing.
plays() {	# PEER SCENARIO
	case $1-$2 in
	c417-scraped|oxen-scraped)	return 1 ;;
	*-scraped)	[ "$CLIENT_CPU" != "$CPU" ] || return 1 ;; # its client has real-time priority, which the store has not
	esac
	[ "$1" != echo ] || case $2 in
	read|write|pipeline-read|pipeline-write|idle|irregular|start) ;;
	*) return 1 ;;
	esac
}

# One scenario against one fresh server; its lines go to stdout.
play() {	# PEER SCENARIO DIR
	local peer=$1 scenario=$2 dir=$3 words

	if [ "$scenario" = start ]; then
		mapfile -t words < <("$PEERS/run-peer.sh" cmd "$peer" "$dir")
		words=("${words[@]/XENSTORED_KEEP=1/XENSTORED_KEEP=0}") # the store itself is measured
		timeout 60 taskset -c "$CPU" "$LOAD" start --socket "${words[0]}" -- "${words[@]:1}"
		return
	fi
	# The collector may share the client's CPU, and must not delay it there: what is measured is the store.
	local BY=
	[ "$scenario" != scraped ] || BY='chrt --reset-on-fork --fifo 1'
	play_running "$peer" "$scenario" "$dir" 180
}

options "$@"
prepare xenstored echo-server 'c417 oxen echo'
measure
