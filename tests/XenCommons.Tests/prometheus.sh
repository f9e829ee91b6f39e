#!/bin/sh
# Unpacks Debian's Prometheus with promtool into cache, once; nothing is installed. A machine that has both in its PATH needs neither.
set -eu
cd "$(dirname "$0")"
[ ! -d cache/prometheus ] || exit 0
if command -v promtool >/dev/null && command -v prometheus >/dev/null; then exit 0; fi
mkdir -p cache && rm -rf cache/prometheus.part && mkdir cache/prometheus.part
cd cache/prometheus.part
apt-get download -q prometheus >../apt.log 2>&1 || { apt-get update -qq && apt-get download -q prometheus >../apt.log 2>&1; } || {
	echo 'missing: prometheus and promtool, which apt-get cannot download here. Install them' >&2
	exit 1
}
dpkg -x prometheus_*.deb .
rm prometheus_*.deb
mv ../prometheus.part ../prometheus
