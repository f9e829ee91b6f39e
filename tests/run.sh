#!/bin/bash
# Plays test projects side by side, one more than there are processors, for some of them mostly wait: tests/run.sh FILTER PROJECT...
# They are begun in the order in which they are given. What each says is shown when it has ended, and kept in out/test. All are built before.
set -euo pipefail
cd "$(dirname "$0")/.."
export filter=$1 out=out/test
shift
mkdir -p "$out"

# Fuzz is the corpus of the fuzzer and, for each target, as many inputs made of it as tests/Fuzz/Target.cs says. Format is the white space
# that .editorconfig gives the sources; its rules of style and names are errors of the build, and a second look at them would take a minute and a half.
plays() {
	if [ "$1" = Format ]; then
		dotnet format whitespace Daemons.sln --verify-no-changes --no-restore || { echo 'the sources are not as .editorconfig says: dotnet format'; exit 1; }
		exit 0
	fi
	[ "$1" = Fuzz ] || exec dotnet test "tests/$1" -c Release --nologo -v quiet --no-build --logger 'console;verbosity=minimal' --filter "$filter"
	exec dotnet run --no-build -c Release --project tests/Fuzz
}
play() {
	local status=0
	(plays "$1") >"$out/$1.log" 2>&1 || status=1
	flock "$out" cat "$out/$1.log"
	return $status
}
export -f plays play

printf '%s\n' "$@" | xargs -P "${JOBS:-$(($(nproc) + 1))}" -I{} bash -c 'play "$1"' play {}
