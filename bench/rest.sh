#!/bin/bash
# What the daemons are at rest: the sizes of their executables, the memory and threads of the four that stay, idle on a simulated
# hypervisor, and the CPU time of `xendomains status`.
#
#   bench/rest.sh [FOLDER]      the folder of the executables (default: out/bin)
#
# Environment: REST=N    so many seconds after their start they are looked at (default: 20)
#              BUS=none  they find no message bus. Else they have one of their own, if dbus-daemon is installed.
#              SMAPS=FOLDER  keeps what /proc says of their mappings and threads there.
set -u
ROOT=$(cd "$(dirname "$0")/.." && pwd)
BIN=$(cd "${1:-$ROOT/out/bin}" && pwd) || exit 1
DIR=$(mktemp -d "${TMPDIR:-/tmp}/xr.XXXX")
declare -A PID=()
finish() { kill "${PID[@]}" 2>/dev/null; wait; rm -rf "$DIR" "/dev/shm$DIR"; }
trap finish EXIT
trap 'exit 130' INT TERM

begin() {	# NAME COMMAND...
	local name=$1

	shift
	"$@" </dev/null >"$DIR/$name.out" 2>&1 &
	PID[$name]=$!
}

# Waits for the socket of one that was begun.
await() {	# NAME SOCKET
	local tenths

	for ((tenths = 0; tenths < 100; tenths++)); do
		[ ! -S "$2" ] || return 0
		sleep 0.1
	done
	echo "rest.sh: $1 has not made its socket within 10 s:" >&2
	cat "$DIR/$1.out" >&2
	exit 1
}

DOMAINS=(--config="$DIR/settings" --xl="$ROOT/tests/XenDomains.Tests/Program/xl" --run-dir="$DIR/domains" --lock-file="$DIR/started"
	--cache-dir="$DIR/cache")

begin_all() {
	mkdir -p "$DIR"/{shim,auto,save,xl/domains,xl/play,log}
	printf 'XENDOMAINS_AUTO=%s\nXENDOMAINS_SAVE=%s\n' "$DIR/auto" "$DIR/save" >"$DIR/settings"
	export XL=$DIR/xl XENSTORED_RUNDIR=$DIR XENSTORED_PATH=$DIR/socket DBUS_SYSTEM_BUS_ADDRESS=unix:path=$DIR/bus
	if [ "${BUS:-}" != none ] && command -v dbus-daemon >/dev/null; then
		begin bus dbus-daemon --session --nofork --nopidfile --address="$DBUS_SYSTEM_BUS_ADDRESS"
		await bus "$DIR/bus"
		echo 'with a message bus'
	else
		echo 'without a message bus'
	fi
	XENSTORED_KEEP=0 begin xenstored "$BIN/xenstored" -N --pid-file "$DIR/pid" --hypervisor "simulated:$DIR/shim"
	await xenstored "$DIR/socket"
	begin xenconsoled "$BIN/xenconsoled" -i --log-dir="$DIR/log" --run-dir="$DIR/consoles" --hypervisor="simulated:$DIR/shim"
	begin xenwatchdogd "$BIN/xenwatchdogd" -F --state-dir="$DIR/watchdog" --run-dir="$DIR/watchdog" --hypervisor="simulated:$DIR/shim" 30
	begin xendomains "$BIN/xendomains" "${DOMAINS[@]}" daemon
}

# In kB: Pss, the parts of it, and what is resident; and how many threads there are.
tell_memory() {
	local name pid sum=0 pss

	printf '%-13s %8s %8s %8s %8s %8s\n' 'idle, kB' Pss anon file RSS threads
	for name in xenstored xenconsoled xenwatchdogd xendomains; do
		pid=${PID[$name]}
		kill -0 "$pid" || { cat "$DIR/$name.out" >&2; exit 1; }
		pss=$(awk '$1 == "Pss:" { print $2 }' "/proc/$pid/smaps_rollup")
		sum=$((sum + pss))
		awk -v name="$name" -v threads="$(ls "/proc/$pid/task" | wc -l)" '
			{ of[$1] = $2 }
			END {
				of["files"] = of["Pss_File:"] + of["Pss_Shmem:"]
				printf "%-13s %8d %8d %8d %8d %8d\n", name, of["Pss:"], of["Pss_Anon:"], of["files"], of["Rss:"], threads
			}' "/proc/$pid/smaps_rollup"
	done
	printf '%-13s %8d\n' together $sum
}

keep_maps() {
	local name

	mkdir -p "$SMAPS"
	for name in "${!PID[@]}"; do
		cp "/proc/${PID[$name]}/smaps" "$SMAPS/$name.smaps"
		cat /proc/"${PID[$name]}"/task/*/comm >"$SMAPS/$name.threads"
	done
}

tell_sizes() {
	local name

	for name in xenstored xenconsoled xenwatchdogd xendomains xencommons; do
		[ -e "$BIN/$name" ] || { echo "rest.sh: $BIN/$name is missing: make publish" >&2; exit 1; }
	done
	echo
	stat -c '%n %s' "$BIN"/{xenstored,xenconsoled,xenwatchdogd,xendomains,xencommons} |
		awk '
			{ sub(".*/", "", $1); printf "%-13s %6.2f MB\n", $1, $2 / 1e6; sum += $2 }
			END { printf "%-13s %6.2f MB\n", "executables", sum / 1e6 }'
}

# The CPU time of the command without that of the xl that it runs; the least and the median of 15.
tell_status() {
	local number

	for number in 1 2 3 4 5 6 7 8 9 10; do
		printf 'name = "guest%s"\nmemory = 64\n' $number >"$DIR/auto/guest$number"
		printf 'guest%s\n%s\n-b----\n64\n' $number "$(cat /proc/sys/kernel/random/uuid)" >"$DIR/xl/domains/$number"
	done
	python3 - "$BIN/xendomains" "${DOMAINS[@]}" status <<'END'
import os, subprocess, sys, time
of = []
for _ in range(15):
    child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    of.append(time.clock_gettime(~child.pid << 3 | 2) * 1e3) # CPUCLOCK_SCHED of the process, which is there until it is waited for
    if child.wait() != 0:
        sys.exit(f"rest.sh: xendomains status ended with {child.returncode}")
of.sort()
print(f"\nxendomains status, without xl: {of[0]:.1f} ms of CPU at least, {of[len(of) // 2]:.1f} in the median of {len(of)}")
END
}

begin_all
sleep "${REST:-20}"
tell_memory
[ -z "${SMAPS:-}" ] || keep_maps
tell_sizes
tell_status
