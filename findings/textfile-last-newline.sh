#!/bin/bash
# prometheus-node-exporter 1.5.0 (Debian 12, 1.5.0-1+b6) and promtool 2.42.0 (Debian 12, 2.42.0+ds-5+deb12u1).
#
# Guess: a .prom file without a line feed at its end loses nothing, or at most its last line.
# Seen: the textfile collector drops the whole file (node_textfile_scrape_error 1). A series with a time stamp, which is valid in the format,
# makes it drop the whole file as well. promtool refuses the first and accepts the second without a word.
set -euo pipefail
folder=$(mktemp -d)
exporter=
finish() { [ -z "$exporter" ] || kill "$exporter" 2>/dev/null || true; rm -rf "$folder"; }
trap finish EXIT
cd "$folder"
apt-get download -qq prometheus-node-exporter=1.5.0-1+b6 prometheus=2.42.0+ds-5+deb12u1 2>apt.log || { cat apt.log >&2; exit 1; }
for file in *.deb; do dpkg-deb -x "$file" root; done
mkdir prom
printf '# HELP example_whole Well formed.\n# TYPE example_whole gauge\nexample_whole 1\n' >prom/whole.prom
printf '# HELP example_cut No line feed at the end.\n# TYPE example_cut gauge\nexample_cut{n="1"} 1\nexample_cut{n="2"} 2' >prom/cut.prom
printf '# HELP example_timed With a time.\n# TYPE example_timed gauge\nexample_timed{n="1"} 1\nexample_timed{n="2"} 1 1700000000000\n' >prom/timed.prom
for name in cut timed; do
	code=0; root/usr/bin/promtool check metrics <prom/$name.prom >$name.promtool 2>&1 || code=$?
	echo "promtool, $name: status $code $(head -1 $name.promtool)"; echo $code >$name.code
done
port=$((20000 + RANDOM % 20000))
root/usr/bin/prometheus-node-exporter --web.listen-address=127.0.0.1:$port --collector.disable-defaults --collector.textfile --collector.textfile.directory="$folder/prom" 2>exporter.log &
exporter=$!
scrape() { (exec 3<>/dev/tcp/127.0.0.1/$port && printf 'GET /metrics HTTP/1.0\r\n\r\n' >&3 && cat <&3); }
for try in $(seq 100); do scrape >page 2>/dev/null && break; sleep 0.1; done
grep -E '^(example_|node_textfile)' page
fail() { echo "changed: $1"; exit 1; }
grep -q '^example_whole 1' page || fail "the good file is lost"
! grep -q '^example_cut' page || fail "the file without a last line feed is read"
! grep -q '^example_timed' page || fail "the file with a time stamp is read"
grep -q '^node_textfile_scrape_error 1' page || fail "the error is not told"
[ "$(cat cut.code)" = 1 ] || fail "promtool accepts the file without a last line feed"
[ "$(cat timed.code)" = 0 ] || fail "promtool tells of the time stamp"
echo "as stated: each such file is lost whole"
