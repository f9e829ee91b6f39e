#!/bin/bash
# promtool 2.42.0 (Debian 12, prometheus 2.42.0+ds-5+deb12u1).
#
# Guess: `promtool check metrics` refuses the same series twice, and a family whose lines are not together.
# Seen: status 0 and not a word, for a series that stands there twice with two values, for `a{b=""}` beside `a` (which are one series), and for a
# family in two parts. Who wants that found has to look for it himself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq prometheus=2.42.0+ds-5+deb12u1 2>apt.log || { cat apt.log >&2; exit 1; }
dpkg-deb --fsys-tarfile prometheus_*.deb | tar -x ./usr/bin/promtool
printf '# HELP example_value A value.\n# TYPE example_value gauge\nexample_value{n="1"} 1\nexample_value{n="1"} 2\n' >twice
printf '# HELP example_value A value.\n# TYPE example_value gauge\nexample_value 1\nexample_value{empty=""} 2\n' >empty-label
printf '# HELP example_first A.\n# TYPE example_first gauge\nexample_first{n="1"} 1\n# HELP example_second B.\n# TYPE example_second gauge\nexample_second 1\nexample_first{n="2"} 1\n' >split
for name in twice empty-label split; do
	code=0; said=$(usr/bin/promtool check metrics <$name 2>&1) || code=$?
	echo "$name: status $code, said: '${said}'"
	[ $code = 0 ] && [ -z "$said" ] || { echo "changed: promtool tells of it"; exit 1; }
done
code=0; said=$(printf '# HELP example_events Events.\n# TYPE example_events counter\nexample_events 1\n' | usr/bin/promtool check metrics 2>&1) || code=$?
echo "a counter without _total, to compare: status $code, said: '$said'"
[ $code = 3 ] || { echo "changed: promtool does not look at names any more"; exit 1; }
echo "as stated"
