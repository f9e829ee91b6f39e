# What run-peer.sh and run-console.sh have in common; read by them, not run.

# Starts a command in a session of its own, with what it says in LOG, and records its pid in DIR/pid; sets pid.
launch() {	# DIR LOG COMMAND...
	local dir=$1 log=$2

	shift 2
	setsid "$@" >"$log" 2>&1 </dev/null &
	pid=$!
	echo $pid >"$dir/pid"
}

# Ends with status 1, and what it said, if the process that was launched is no more.
check() {	# PEER LOG
	kill -0 $pid 2>/dev/null || { echo "$1 died:" >&2; tail -5 "$2" >&2; exit 1; }
}

# Ends that very process.
end() {		# DIR
	pid=$(cat "$1/pid" 2>/dev/null) || return 0
	kill "$pid" 2>/dev/null
	for _ in $(seq 300); do kill -0 "$pid" 2>/dev/null || break; sleep 0.01; done
	kill -9 "$pid" 2>/dev/null
	rm -f "$1/pid"
}
