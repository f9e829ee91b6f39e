#!/bin/bash
# Which lines of src the tests run, by folder: tests/coverage.sh FILTER PROJECT...
# Counted by the collector that the test SDK brings. What is left in out/coverage are Cobertura's files, for who wants to see lines.
set -euo pipefail
cd "$(dirname "$0")/.."
filter=$1 out=$PWD/out/coverage
shift
rm -rf "$out"
for tests in "$@"; do
	dotnet test "tests/$tests" -c Release --nologo -v quiet --no-build --filter "$filter" --collect 'Code Coverage;Format=cobertura' --results-directory "$out/$tests"
done
python3 - "$PWD/src" "$out"/*/*/*.cobertura.xml <<'PYTHON'
import collections, os, sys, xml.etree.ElementTree
source, runs = sys.argv[1], collections.defaultdict(dict)
for report in sys.argv[2:]:
    for group in xml.etree.ElementTree.parse(report).iter("class"):
        name = os.path.relpath(group.get("filename"), source)
        if name.startswith("..") or "/obj/" in name:
            continue
        for line in group.iter("line"):
            runs[name][line.get("number")] = runs[name].get(line.get("number"), False) or line.get("hits") != "0"
folders = collections.defaultdict(lambda: [0, 0])
for name, lines in runs.items():
    for folder in (os.path.dirname(name), "all of src"):
        folders[folder][0] += sum(lines.values())
        folders[folder][1] += len(lines)
for folder, (run, all) in sorted(folders.items(), key=lambda entry: (entry[0] == "all of src", entry[0])):
    print(f"{100 * run / all:5.1f} %  {run:6} of {all:6} lines  {folder}")
PYTHON
