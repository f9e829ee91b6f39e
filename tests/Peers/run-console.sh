#!/bin/bash
# Starts a xenconsoled without a hypervisor, to measure or compare against. Its store runs already, at DIR/store/socket
# (run-peer.sh start store DIR/store, with PEER_store); its domains are made of files in DIR/hv.
#
#   run-console.sh start PEER DIR [LOG]  prints "pid=PID"; LOG: what --log gets (none); log files are in DIR/log
#   run-console.sh stop  PEER DIR        ends that very process (by its recorded pid)
#
# PEER: c417 (Debian's C xenconsoled 4.17). Further ones: CONSOLE_<name>='command with {dir} and {log} in it', which
# stays in the foreground and finds its store by XENSTORED_PATH.
set -u
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$HERE/process.sh"
CACHE=${CACHE:-$HERE/cache}
ACTION=${1:?start or stop}
PEER=${2:?peer}
DIR=${3:?folder}
LOG=${4:-none}
case $DIR in /*) ;; *) DIR=$PWD/$DIR ;; esac
DEB=$CACHE/deb/usr
DEBLIB=$(echo "$DEB"/lib/*-linux-gnu)

case $PEER in
c417)	CMD=(env XENSHIM_DIR="$DIR/hv" LD_LIBRARY_PATH="$DEBLIB" LD_PRELOAD="$CACHE/consoleshim.so"
	     "$DEB/lib/xen-4.17/bin/xenconsoled" -i --log="$LOG" --log-dir="$DIR/log" --pid-file="$DIR/own-pid") ;;
*)	v=CONSOLE_$PEER
	t=${!v:?no such peer: $PEER (set $v)}
	t=${t//\{dir\}/$DIR}; t=${t//\{log\}/$LOG}
	read -r -a CMD <<<"$t" ;;
esac

case $ACTION in
start)	mkdir -p "$DIR/hv" "$DIR/log" "$DIR/run"
	launch "$DIR" "$DIR/output" env XENSTORED_PATH="$DIR/store/socket" "${CMD[@]}"
	sleep 0.2
	check "$PEER" "$DIR/output"
	echo "pid=$pid" ;;
stop)	end "$DIR" ;;
esac
exit 0
