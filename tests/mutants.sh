#!/bin/sh
# Breaks one rule at a time in a copy of the sources and sees that the tests notice: a rule that can be broken unseen has no test.
#   make mutants
set -eu
cd "$(dirname "$0")/.."
copy=$(mktemp -d /tmp/mutants.XXXXXX)
trap 'rm -rf "$copy"' EXIT
unseen=0

# mutant WHAT FILE SED-EXPRESSION
mutant() {
	rm -rf "$copy/src" "$copy/tests"
	mkdir -p "$copy/tests"
	cp -r src Directory.Build.props Directory.Packages.props .editorconfig global.json "$copy/"
	cp -r tests/XenStored.Tests tests/Conformance "$copy/tests/"
	mkdir -p "$copy/docs" && cp docs/conformance-c417.md "$copy/docs/"
	sed -i "$3" "$copy/$2"
	if cmp -s "$2" "$copy/$2"; then echo "mutant does not apply: $1"; unseen=1; return; fi
	failed=$( (cd "$copy" && XENSTORE_TARGETS=core dotnet test tests/Conformance --nologo -v quiet -p:TreatWarningsAsErrors=false 2>&1;
		dotnet test "$copy/tests/XenStored.Tests" --nologo -v quiet -p:TreatWarningsAsErrors=false --filter 'FullyQualifiedName~Model|FullyQualifiedName~MemoryTests' 2>&1) |
		grep -E '\[FAIL\]|error CS' | sed 's/^\[xUnit[^]]*\] *//; s/Xen.Conformance.RuleTests.Holds(target: "core", title: //; s/ \[FAIL\]//' | cut -c1-90 || true)
	if [ -z "$failed" ]; then echo "UNSEEN  $1"; unseen=1; else printf 'seen by %s  %s\n%s\n' "$(printf '%s\n' "$failed" | wc -l)" "$1" "$(printf '%s\n' "$failed" | head -3 | sed 's/^/          /')"; fi
}

mutant 'a commit does not look at values read' src/XenStored/Store/Commit.cs 's/(node.Read & Facets.Value) != 0 \&\&/false \&\&/'
mutant 'a commit does not look at lists read' src/XenStored/Store/Commit.cs 's/(node.Read & Facets.Children) != 0 \&\&/false \&\&/'
mutant 'a commit does not look at permissions read' src/XenStored/Store/Commit.cs 's/(node.Read & Facets.Permissions) != 0 \&\&/false \&\&/'
mutant 'a commit does not look at presence' src/XenStored/Store/Commit.cs 's/if (there.Found != here.Found)/if (false)/'
mutant 'events go to those who may not read' src/XenStored/Store/Herald.cs 's/session.IsPrivileged || MayRead(session, path, after) || MayRead(session, path, before)/true/'
mutant 'a permission of a dead domain serves its successor' src/XenStored/State/Liveness.cs 's/&& generation <= until/\&\& false/'
mutant 'a missing node is told to everybody' src/XenStored/Store/Rights.cs 's/return (has & needed) != 0 ? XsError.ENOENT : XsError.EACCES;/return XsError.ENOENT;/'
mutant 'the parent is told before its children' src/XenStored/Store/Herald.cs 's/if (!parentsFirst)/if (parentsFirst)/'
mutant 'a quota admits one more' src/XenStored/Store/Quotas.cs 's/amount <= most/amount <= most + 1/'
mutant 'a guest does not own what it makes' src/XenStored/Commands/NodeCommands.cs 's/own\[0\] with { Domid = turn.Session.Domain.Id }/own[0]/'
mutant 'children are listed by name hash' src/XenStored/State/Memory/Children.cs 's/children\[last\], tags\[last\]) = (child, Tag(draft.Blocks, name))/children[0], tags[0]) = (child, Tag(draft.Blocks, name))/'
mutant 'a dead block is freed though a snapshot sees it' src/XenStored/State/Memory/History.cs 's/return snapshots\[i\].Epoch >= blocks.Born(block) ? snapshots\[i\] : null;/return null;/'
mutant 'the count of a removal holds no snapshot of what was removed' src/XenStored/State/Memory/History.cs 's/Take(root, draft.Epoch - 1)/Take(root, draft.Epoch)/'
exit $unseen
