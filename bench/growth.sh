#!/bin/bash
# Measures how our xenstored, Debian's C xenstored (c417) and oxenstored (oxen) grow with domains and with nodes.
#
#   bench/growth.sh [--only SCENARIO,...] [--peers ours,c417,...] [--rounds N] [--scale X] [--write] [--no-build]
#
# Prints markdown tables; --write puts them into bench/RESULTS.md as well, and draws bench/growth.svg. See bench/README.md.
# Environment:
#   OURS   command of ours, with {dir} and {socket} in it     PEERS  folder of run-peer.sh (tests/Peers)
#   CPU    the server's CPU (default: the last)               CLIENT_CPU  the client's (default: the server's)
#   RAW    keeps all measured lines in this file              DIRS   folder for the servers' state (a new temporary one)
set -u
NAME=growth.sh SUBJECT=growth LIST=growth REPORT=growth-report WHO=ours,c417,oxen
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/stores.sh"

# One scenario against one fresh server; its lines go to stdout.
play() {	# PEER SCENARIO DIR
	play_running "$1" "$2" "$3" 600
}

options "$@"
prepare xenstored echo-server 'c417 oxen'
measure
rc=$?
[ -z "$WRITE" ] || "$LOAD" picture "$RAW" >"$ROOT/bench/growth.svg"
exit $rc
