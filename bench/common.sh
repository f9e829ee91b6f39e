# What run.sh, growth.sh and console.sh have in common; read by them, not run. They set NAME (their own), SUBJECT (what is measured), LIST
# (which word gives the load program's scenarios), REPORT (which word gives the tables; report if not set), WHO (the peers) and PINNED
# (what runs on which CPU), and define play PEER SCENARIO DIR, whose output is the lines of one play, and finish_peer PEER DIR, which ends
# what an interrupted play leaves.
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
PEERS=${PEERS:-$ROOT/tests/Peers}
CPU=${CPU:-$(($(nproc) - 1))}
LOAD=$ROOT/out/bench/load
ONLY='' ROUNDS=5 SCALE=1 WRITE='' BUILD=yes

die() { echo "$NAME: $*" >&2; exit 1; }

options() {	# ARGUMENTS
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
	[ -z "$WRITE" ] || [ "$ONLY$SCALE" = 1 ] || die "--write is for all scenarios in full"
}

# Builds what is needed and makes the folder of the daemons; its name goes into socket paths, so it is short.
prepare() {	# DAEMON FILE-OF-PEERS PEERS-THAT-NEED-IT
	local s

	if [ -n "$BUILD" ]; then
		dotnet publish "$ROOT/bench/Load" -c Release --use-current-runtime -o "$ROOT/out/bench" -v q --nologo >&2 ||
			die "the load program does not build"
	fi
	case ,$WHO, in
	*,ours,*)	[ -n "${OURS:-}" ] || [ -x "$ROOT/out/bin/$1" ] || die "out/bin/$1 is missing: make publish, or leave ours out of --peers" ;;
	esac
	for s in $3; do
		case ,$WHO, in
		*,$s,*)	[ -x "$PEERS/cache/$2" ] || make -C "$PEERS" >&2 || die "the peers do not build" ;;
		esac
	done
	ulimit -n "$(ulimit -Hn)"
	SCENARIOS=$("$LOAD" "$LIST")
	for s in $ONLY; do
		grep -qx "$s" <<<"$SCENARIOS" || die "no such scenario: $s (there are:" $SCENARIOS")"
	done
	SCENARIOS=${ONLY:-$SCENARIOS}
	if [ -z "${DIRS:-}" ]; then
		DIRS=$(mktemp -d "${TMPDIR:-/tmp}/xb.XXXX")
		TEMPORARY=yes
	fi
	mkdir -p "$DIRS"
	trap finish EXIT
	trap 'exit 130' INT TERM
	RAW=${RAW:-$DIRS/raw}
	: >"$RAW"
}

finish() {
	for peer in ${WHO//,/ }; do finish_peer "$peer" "$DIRS/$peer"; done
	[ -z "${TEMPORARY:-}" ] || rm -rf "$DIRS" "/dev/shm$DIRS"
}

# Whether a peer can play a scenario.
plays() { :; }	# PEER SCENARIO

# All rounds of all scenarios against all peers, each in turn; then the report. Ends with 1 if ours failed.
measure() {
	local round scenario peer lines failures=0

	for round in $(seq "$ROUNDS"); do
		for scenario in $SCENARIOS; do
			for peer in ${WHO//,/ }; do
				plays "$peer" "$scenario" || continue
				echo "round $round: $scenario, $peer" >&2
				rm -rf "$DIRS/$peer"
				if lines=$(play "$peer" "$scenario" "$DIRS/$peer"); then
					[ -z "$lines" ] || sed "s/^/$round\t$peer\t/" <<<"$lines" >>"$RAW"
				else
					echo "$NAME: $scenario failed with $peer" >&2
					printf '%s\t%s\t%s\tfailed\t0\t\n' "$round" "$peer" "$scenario" >>"$RAW"
					[ "$peer" != ours ] || failures=$((failures + 1))
				fi
			done
		done
	done
	report | tee "$DIRS/section"
	[ -z "$WRITE" ] || put "$ROOT/bench/RESULTS.md" "$DIRS/section"
	[ $failures -eq 0 ]
}

report() {
	local commit model

	commit=$(git -C "$ROOT" rev-parse --short HEAD 2>/dev/null) || commit=none
	[ -z "$(git -C "$ROOT" status --porcelain -- src 2>/dev/null)" ] || commit+=", changed"
	model=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1)
	echo "# Measured: $SUBJECT"
	echo
	echo "$(date -u +%Y-%m-%d), commit $commit; ${model:-$(uname -m)}, $(nproc) cores, Linux $(uname -r); medians of $ROUNDS rounds, $PINNED."
	[ "$SCALE" = 1 ] || echo "Scaled by $SCALE: for trying out only."
	echo "How, and why what is missed is missed: [README.md](README.md). \"~\" = cut short by the time allowed, and extrapolated; \"–\" = not there."
	echo
	"$LOAD" "${REPORT:-report}" "$RAW"
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
