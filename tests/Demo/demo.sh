#!/bin/sh
# Starts our xenstored on a socket of its own, without a hypervisor, and talks to it with Debian's xenstore-* clients.
# Ends with 0 if every step did what it says.  make demo
set -eu
cd "$(dirname "$0")/../.."
folder=$(mktemp -d /tmp/xenstored-demo.XXXXXX)
export XENSTORED_PATH="$folder/socket"
client=out/demo/demo-client
out/bin/xenstored -N --pid-file "$folder/pid" --hypervisor "simulated:$folder/hypervisor" 2>"$folder/log" &
daemon=$!
trap 'kill $daemon 2>/dev/null || true; wait $daemon 2>/dev/null || true; rm -rf "$folder"' EXIT
for _ in $(seq 100); do [ -S "$XENSTORED_PATH" ] && break; sleep 0.05; done

title() { printf '\n== %s\n' "$*"; }
run() { printf '$ %s\n' "$*"; "$@"; }
expect() { # expect TEXT command...: shows the command and what it prints, which must be TEXT
	want=$1; shift
	printf '$ %s\n' "$*"
	got=$("$@" 2>&1) || true
	printf '%s\n' "$got"
	[ "$got" = "$want" ] || { printf 'demo: expected: %s\n' "$want" >&2; exit 1; }
}

title "A fresh store"
run xenstore-ls -p /
title "Reads and writes; missing parents are made"
run xenstore-write /demo/colour blue /demo/size 42
expect blue xenstore-read /demo/colour
expect "colour
size" xenstore-list /demo
title "A watch hears a change below it"
(timeout 10 xenstore-watch -n 2 /demo >"$folder/heard") &
watcher=$!
sleep 0.5
run xenstore-write /demo/colour green
wait $watcher
expect "/demo
/demo/colour" cat "$folder/heard"
title "A transaction with a conflict"
run xenstore-write /demo/count 1
run $client conflict "$XENSTORED_PATH" /demo/count
expect 2 xenstore-read /demo/count
title "A guest on its own ring: it has its home and what it is given"
run xenstore-write /local/domain/1/name guest-1 /demo/secret hidden /demo/open "for all"
run xenstore-chmod /local/domain/1 n1
run xenstore-chmod /local/domain/1/name n0 r1
run xenstore-chmod /demo/open r0
run $client introduce "$XENSTORED_PATH" 1
run $client guest "$folder/hypervisor" 1 "read name" "write data/ready yes" "read /demo/open" "read /demo/secret" "write /demo/open mine"
expect yes xenstore-read /local/domain/1/data/ready
expect "for all" xenstore-read /demo/open
run xenstore-ls -p /local/domain/1
title "The domain dies: its nodes go"
touch "$folder/hypervisor/dead.1"
printf '\000\000\377\377' >"$folder/hypervisor/evtchn"
sleep 0.3
expect "xenstore-list: could not list path /local/domain/1" xenstore-list /local/domain/1
title "Done"
