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
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
PEERS=${PEERS:-$ROOT/tests/Peers}
CPU=${CPU:-$(($(nproc) - 1))}
OTHER=${OTHER:-0}
LOAD=$ROOT/out/bench/load
DEFAULT_OURS="$ROOT/out/bin/xenconsoled -i --log={log} --log-dir={dir}/log --pid-file={dir}/own-pid --run-dir=/dev/shm{dir}"
DEFAULT_OURS+=" --hypervisor=simulated:{dir}/hv"
export CONSOLE_ours=${OURS:-$DEFAULT_OURS}
# Both have our store, whose domains are not theirs: it plays no part in what is measured, but for the 1,000 consoles.
export PEER_store="env XENSTORED_PATH={socket} $ROOT/out/bin/xenstored -N --pid-file {dir}/own-pid --hypervisor simulated:{dir}/hv"
ONLY='' WHO=ours,c417 ROUNDS=5 SCALE=1 WRITE='' BUILD=yes

while [ $# -gt 0 ]; do
	case $1 in
	--only)		ONLY=${2//,/ }; shift ;;
	--peers)	WHO=$2; shift ;;
	--rounds)	ROUNDS=$2; shift ;;
	--scale)	SCALE=$2; shift ;;
	--write)	WRITE=yes ;;
	--no-build)	BUILD='' ;;
	*)		sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 2 ;;
	esac
	shift
done

die() { echo "console.sh: $*" >&2; exit 1; }

[ -z "$WRITE" ] || [ "$ONLY$SCALE" = 1 ] || die "--write is for all scenarios in full"

if [ -n "$BUILD" ]; then
	dotnet publish "$ROOT/bench/Load" -c Release --use-current-runtime -o "$ROOT/out/bench" -v q --nologo >&2 ||
		die "the load program does not build"
fi
[ -x "$ROOT/out/bin/xenstored" ] || die "out/bin/xenstored is missing: make publish"
case ,$WHO, in
*,ours,*)	[ -n "${OURS:-}" ] || [ -x "$ROOT/out/bin/xenconsoled" ] ||
			die "out/bin/xenconsoled is missing: make publish, or leave ours out of --peers" ;;
esac
case $WHO in
*c417*)		[ -x "$PEERS/cache/consoleshim.so" ] || make -C "$PEERS" >&2 || die "the peers do not build" ;;
esac
ulimit -n "$(ulimit -Hn)"

SCENARIOS=$("$LOAD" consoles)
for s in $ONLY; do
	grep -qx "$s" <<<"$SCENARIOS" || die "no such scenario: $s (there are:" $SCENARIOS")"
done
SCENARIOS=${ONLY:-$SCENARIOS}

# The folder's name goes into socket paths: keep it short.
if [ -z "${DIRS:-}" ]; then
	DIRS=$(mktemp -d "${TMPDIR:-/tmp}/xcb.XXXX")
	TEMPORARY=yes
fi
mkdir -p "$DIRS"

stop() {	# PEER
	"$PEERS/run-console.sh" stop "$1" "$DIRS/$1"
	"$PEERS/run-peer.sh" stop store "$DIRS/$1/store"
}

# Ends the daemons that an interrupted run leaves.
finish() {
	for peer in ${WHO//,/ }; do stop "$peer"; done
	[ -z "${TEMPORARY:-}" ] || rm -rf "$DIRS" "/dev/shm$DIRS"
}
trap finish EXIT
trap 'exit 130' INT TERM

RAW=${RAW:-$DIRS/raw}
: >"$RAW"

# One scenario against one fresh daemon with a fresh store; its lines go to stdout.
play() {	# PEER SCENARIO
	local peer=$1 scenario=$2 dir=$DIRS/$1 log=none started rc=1

	rm -rf "$dir"
	[ "$scenario" != console-log ] || log=guest
	if taskset -c "$OTHER" "$PEERS/run-peer.sh" start store "$dir/store" >/dev/null &&
	   started=$(taskset -c "$CPU" "$PEERS/run-console.sh" start "$peer" "$dir" "$log"); then
		timeout 180 taskset -c "$OTHER" "$LOAD" "$scenario" --dir "$dir" --pid "${started#pid=}" --scale "$SCALE"
		rc=$?
	fi
	stop "$peer"
	return $rc
}

failures=0
for round in $(seq "$ROUNDS"); do
	for scenario in $SCENARIOS; do
		for peer in ${WHO//,/ }; do
			echo "round $round: $scenario, $peer" >&2
			if lines=$(play "$peer" "$scenario"); then
				sed "s/^/$round\t$peer\t/" <<<"$lines" >>"$RAW"
			else
				echo "console.sh: $scenario failed with $peer" >&2
				printf '%s\t%s\t%s\tfailed\t0\t\n' "$round" "$peer" "$scenario" >>"$RAW"
				[ "$peer" != ours ] || failures=$((failures + 1))
			fi
		done
	done
done

report() {
	local commit model

	commit=$(git -C "$ROOT" rev-parse --short HEAD 2>/dev/null) || commit=none
	[ -z "$(git -C "$ROOT" status --porcelain -- src 2>/dev/null)" ] || commit+=", changed"
	model=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)
	echo "# Measured: xenconsoled"
	echo
	echo "$(date -u +%Y-%m-%d), commit $commit; ${model:-$(uname -m)}, $(nproc) cores, Linux $(uname -r);" \
		"medians of $ROUNDS rounds, the daemon on one CPU, guests, viewers and store on another."
	[ "$SCALE" = 1 ] || echo "Scaled by $SCALE: for trying out only."
	echo "How: [README.md](README.md)."
	echo
	"$LOAD" report "$RAW"
}

# The section of that name takes the place of the one there was, or comes at the end; others stay as they are.
put() {		# FILE SECTION
	awk -v name="$(head -1 "$2")" -v section="$2" '
		function insert(line) { while ((getline line <section) > 0) print line; done = 1 }
		/^# /	{ inside = $0 == name; if (inside) insert(); else if (done == 1) { print ""; done = 2 } }
		!inside
		END	{ if (!done) { print ""; insert() } }' "$1" >"$DIRS/results" &&
	cat "$DIRS/results" >"$1"
}

report | tee "$DIRS/section"
[ -z "$WRITE" ] || put "$ROOT/bench/RESULTS.md" "$DIRS/section"
[ $failures -eq 0 ]
