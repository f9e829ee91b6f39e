#!/bin/sh
# Fuzzes the targets one after the other, FUZZ_EXECUTIONS inputs each (10,000,000), with branches counted: an input that takes a new one
# joins the corpus. What was found is in out/fuzz/found, and the exit status is 1 then. FUZZ_SEED makes the same inputs again,
# FUZZ_TARGETS names some, and FUZZ_KEEP=1 writes into tests/Fuzz/corpus what is needed of the corpus.
set -eu
cd "$(dirname "$0")/../.."
bin=out/fuzz/bin
dotnet tool restore >/dev/null
rm -rf "$bin"
dotnet build -c Release -v quiet --nologo tests/Fuzz -o "$bin"
for library in Xen.Protocol.dll xenstored.dll xenconsoled.dll; do dotnet sharpfuzz "$bin/$library"; done
# shellcheck disable=SC2086 # several targets are several words
exec nice -n 19 dotnet "$bin/XenStored.Fuzz.dll" --executions="${FUZZ_EXECUTIONS:-10000000}" ${FUZZ_SEED:+--seed=$FUZZ_SEED} ${FUZZ_KEEP:+--keep} ${FUZZ_TARGETS:-}
