#!/bin/bash
# Measures our xenstored beside Debian's C xenstored (c417), oxenstored (oxen) and the echo floor.
#
#   bench/run.sh [--only SCENARIO,...] [--peers ours,c417,...] [--rounds N] [--scale X] [--write] [--no-build]
#
# Prints a markdown table; --write puts it into bench/RESULTS.md as well. See bench/README.md.
# Environment:
#   OURS   command of ours, with {dir} and {socket} in it     PEERS  folder of run-peer.sh (tests/Peers)
#   CPU    the CPU of server and client (default: the last)   DIRS   folder for the servers' state (a new temporary one)
#   RAW    keeps all measured lines in this file
set -u
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
PEERS=${PEERS:-$ROOT/tests/Peers}
CPU=${CPU:-$(($(nproc) - 1))}
LOAD=$ROOT/out/bench/load
DEFAULT_OURS="env XENSTORED_PATH={dir}/socket XENSTORED_RUNDIR={dir} $ROOT/out/bin/xenstored -N --pid-file {dir}/pid"
DEFAULT_OURS+=" --hypervisor simulated:{dir}/shim"
export PEER_ours=${OURS:-$DEFAULT_OURS}
ONLY='' WHO=ours,c417,oxen,echo ROUNDS=5 SCALE=1 WRITE='' BUILD=yes

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

die() { echo "run.sh: $*" >&2; exit 1; }

[ -z "$WRITE" ] || [ "$ONLY$SCALE" = 1 ] || die "--write is for all scenarios in full"

if [ -n "$BUILD" ]; then
	dotnet publish "$ROOT/bench/Load" -c Release --use-current-runtime -o "$ROOT/out/bench" -v q --nologo >&2 ||
		die "the load program does not build"
fi
case ,$WHO, in
*,ours,*)	[ -n "${OURS:-}" ] || [ -x "$ROOT/out/bin/xenstored" ] ||
			die "out/bin/xenstored is missing: make, or leave ours out of --peers" ;;
esac
case $WHO in
*c417*|*oxen*|*echo*)	[ -x "$PEERS/cache/echo-server" ] || make -C "$PEERS" >&2 || die "the peers do not build" ;;
esac
ulimit -n "$(ulimit -Hn)"

SCENARIOS=$("$LOAD" scenarios)
for s in $ONLY; do
	grep -qx "$s" <<<"$SCENARIOS" || die "no such scenario: $s (there are:" $SCENARIOS")"
done
SCENARIOS=${ONLY:-$SCENARIOS}

# The folder's name goes into socket paths: keep it short.
if [ -z "${DIRS:-}" ]; then
	DIRS=$(mktemp -d "${TMPDIR:-/tmp}/xsb.XXXX")
	TEMPORARY=yes
fi
mkdir -p "$DIRS"

# Ends the server that an interrupted run leaves.
finish() {
	for peer in ${WHO//,/ }; do
		[ ! -e "$DIRS/$peer/pid" ] || "$PEERS/run-peer.sh" stop "$peer" "$DIRS/$peer"
	done
	[ -z "${TEMPORARY:-}" ] || rm -rf "$DIRS"
}
trap finish EXIT
trap 'exit 130' INT TERM

RAW=${RAW:-$DIRS/raw}
: >"$RAW"

# The floor answers single requests only.
plays() {	# PEER SCENARIO
	[ "$1" != echo ] || case $2 in
	read|write|pipeline-read|pipeline-write|idle|start) ;;
	*) return 1 ;;
	esac
}

# One scenario against one fresh server; its lines go to stdout.
play() {	# PEER SCENARIO DIR
	local peer=$1 scenario=$2 dir=$3 words started socket pid rc

	rm -rf "$dir"
	mkdir -p "$dir/shim"
	if [ "$scenario" = start ]; then
		mapfile -t words < <("$PEERS/run-peer.sh" cmd "$peer" "$dir")
		timeout 60 taskset -c "$CPU" "$LOAD" start --socket "${words[0]}" -- "${words[@]:1}"
		return
	fi
	started=$(taskset -c "$CPU" "$PEERS/run-peer.sh" start "$peer" "$dir") || return 1
	socket=${started#socket=} socket=${socket%% *}
	pid=${started#*pid=} pid=${pid%% *}
	timeout 180 taskset -c "$CPU" "$LOAD" "$scenario" --socket "$socket" --pid "$pid" --shim "$dir/shim" --scale "$SCALE"
	rc=$?
	"$PEERS/run-peer.sh" stop "$peer" "$dir"
	return $rc
}

failures=0
for round in $(seq "$ROUNDS"); do
	for scenario in $SCENARIOS; do
		for peer in ${WHO//,/ }; do
			plays "$peer" "$scenario" || continue
			echo "round $round: $scenario, $peer" >&2
			if lines=$(play "$peer" "$scenario" "$DIRS/$peer"); then
				[ -z "$lines" ] || sed "s/^/$round\t$peer\t/" <<<"$lines" >>"$RAW"
			else
				echo "run.sh: $scenario failed with $peer" >&2
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
	echo "# Measured: xenstored"
	echo
	echo "$(date -u +%Y-%m-%d), commit $commit; ${model:-$(uname -m)}, $(nproc) cores, Linux $(uname -r);" \
		"medians of $ROUNDS rounds, server and client on one CPU."
	[ "$SCALE" = 1 ] || echo "Scaled by $SCALE: for trying out only."
	echo "How: [README.md](README.md). \"~\" = cut short by the time allowed, and extrapolated; \"–\" = not there."
	echo
	"$LOAD" report "$RAW"
}

if [ -n "$WRITE" ]; then
	# What was measured on a real hypervisor stands below and is not ours to measure.
	real=$(sed -n '/^# Measured: on a real hypervisor/,$p' "$ROOT/bench/RESULTS.md" 2>/dev/null)
	report | tee "$ROOT/bench/RESULTS.md"
	[ -z "$real" ] || printf '\n%s\n' "$real" >>"$ROOT/bench/RESULTS.md"
else
	report
fi
[ $failures -eq 0 ]
