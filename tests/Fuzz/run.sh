#!/bin/sh
# Fuzzes all targets at once with afl++ for FUZZ_SECONDS (600), beginning from corpus/. Ends with 1 if anything was found, and says where it lies.
set -eu
cd "$(dirname "$0")/../.."
seconds=${FUZZ_SECONDS:-600}
targets=${FUZZ_TARGETS:-framer ring core console output stream}
out=out/fuzz
command -v afl-fuzz >/dev/null || { [ "$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq --no-install-recommends afl++ >/dev/null; } || { echo 'missing: afl-fuzz. As root: apt-get install afl++' >&2; exit 1; }
dotnet tool restore >/dev/null
rm -rf "$out/bin"
dotnet build -c Release -v quiet --nologo tests/Fuzz -o "$out/bin"
for library in Xen.Shared.dll xenstored.dll xenconsoled.dll; do dotnet sharpfuzz "$out/bin/$library"; done
export AFL_SKIP_BIN_CHECK=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_UI=1 AFL_NO_AFFINITY=1
for target in $targets; do
	rm -rf "$out/$target"
	nice -n 19 afl-fuzz -V "$seconds" -t 10000 -m none -i "tests/Fuzz/corpus/$target" -o "$out/$target" -- dotnet "$out/bin/XenStored.Fuzz.dll" "$target" >"$out/$target.log" 2>&1 &
done
wait
found=0
for target in $targets; do
	[ -e "$out/$target/default/fuzzer_stats" ] || { tail -20 "$out/$target.log"; exit 1; }
	grep -E '^(run_time|execs_done|execs_per_sec|corpus_count|saved_crashes|saved_hangs) ' "$out/$target/default/fuzzer_stats" | sed "s/^/$target: /"
	[ "$(ls "$out/$target/default/crashes" | grep -vc README)" = 0 ] || { echo "$target: see $out/$target/default/crashes"; found=1; }
done
exit $found
