# What the measurements of stores have in common: how a store runs while the load program plays. Read by them, not run.
DEFAULT_OURS="env XENSTORED_KEEP=1 XENSTORED_PATH={dir}/socket XENSTORED_RUNDIR={dir} $ROOT/out/bin/xenstored -N --pid-file {dir}/pid"
DEFAULT_OURS+=" --hypervisor simulated:{dir}/shim"
CLIENT_CPU=${CLIENT_CPU:-$CPU}
PINNED='server and client on one CPU'
[ "$CLIENT_CPU" = "$CPU" ] || PINNED='server and client on a CPU of their own each'
export PEER_ours=${OURS:-$DEFAULT_OURS}

# Starts a store, plays, and ends it. The load program is run by $BY, if that is set.
play_running() {	# PEER SCENARIO DIR SECONDS
	local peer=$1 scenario=$2 dir=$3 seconds=$4 started socket pid rc

	mkdir -p "$dir/shim"
	started=$(taskset -c "$CPU" "$PEERS/run-peer.sh" start "$peer" "$dir") || return 1
	socket=${started#socket=} socket=${socket%% *}
	pid=${started#*pid=} pid=${pid%% *}
	# Beneath a keeper the store is a child of what was started.
	pid=$(pgrep -P "$pid" || echo "$pid")
	# shellcheck disable=SC2086 # several words
	timeout "$seconds" taskset -c "$CLIENT_CPU" ${BY:-} "$LOAD" "$scenario" --socket "$socket" --pid "$pid" --shim "$dir/shim" --scale "$SCALE"
	rc=$?
	"$PEERS/run-peer.sh" stop "$peer" "$dir"
	return $rc
}

finish_peer() { [ ! -e "$2/pid" ] || "$PEERS/run-peer.sh" stop "$1" "$2"; }
