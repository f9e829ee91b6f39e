#!/bin/bash
# prometheus-node-exporter 1.5.0 (Debian 12, 1.5.0-1+b6), textfile collector.
#
# Guess: two .prom files that have the same metric name with other HELP texts are merged (the first text wins), or the scrape fails with HTTP 500,
# and node_textfile_scrape_error tells.
# Seen: the whole family of the second file is missing, HTTP 200, node_textfile_scrape_error 0, and both files have a node_textfile_mtime_seconds.
# Only promhttp_metric_handler_errors_total counts it, one scrape later. So one program must write all series of a family, in one file.
set -euo pipefail
folder=$(mktemp -d)
exporter=
finish() { [ -z "$exporter" ] || kill "$exporter" 2>/dev/null || true; rm -rf "$folder"; }
trap finish EXIT
cd "$folder"
apt-get download -qq prometheus-node-exporter=1.5.0-1+b6 2>apt.log || { cat apt.log >&2; exit 1; }
dpkg-deb -x prometheus-node-exporter_*.deb root
mkdir prom
printf '# HELP example_up Whether it is up.\n# TYPE example_up gauge\nexample_up{part="a"} 1\n' >prom/a.prom
printf '# HELP example_up Whether it runs.\n# TYPE example_up gauge\nexample_up{part="b"} 1\n' >prom/b.prom
port=$((20000 + RANDOM % 20000))
root/usr/bin/prometheus-node-exporter --web.listen-address=127.0.0.1:$port --collector.disable-defaults --collector.textfile --collector.textfile.directory="$folder/prom" 2>exporter.log &
exporter=$!
scrape() { (exec 3<>/dev/tcp/127.0.0.1/$port && printf 'GET /metrics HTTP/1.0\r\n\r\n' >&3 && cat <&3); }
for try in $(seq 100); do scrape >first 2>/dev/null && break; sleep 0.1; done
scrape >second
head -1 second
grep -E '^(example_up|node_textfile|promhttp_metric_handler_errors_total)' second
fail() { echo "changed: $1"; exit 1; }
head -1 second | grep -q ' 200 ' || fail "the scrape is not HTTP 200"
grep -q '^example_up{part="a"} 1' second || fail "the first file's series is missing"
! grep -q '^example_up{part="b"}' second || fail "the second file's series is there"
grep -q '^node_textfile_scrape_error 0' second || fail "node_textfile_scrape_error tells of it"
[ "$(grep -c '^node_textfile_mtime_seconds' second)" = 2 ] || fail "not both files have a time"
grep -q '^promhttp_metric_handler_errors_total{cause="gathering"} 1' second || fail "the handler's errors are counted otherwise"
echo "as stated: the second family is lost without an alarm"
