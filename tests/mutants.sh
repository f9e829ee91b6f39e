#!/bin/sh
# Breaks one rule at a time in a copy of the sources and sees that the tests notice: a rule that can be broken unseen has no test.
#   make mutants                 all of them
#   MUTANTS=kills make mutants   those of one kind: mutant, domains, watchdog, kills or fuzz
set -eu
cd "$(dirname "$0")/.."
copy=$(mktemp -d /tmp/mutants.XXXXXX)
trap 'rm -rf "$copy"' EXIT
unseen=0

# broken KIND WHAT FILE SED-EXPRESSION: KIND_tests is a function that plays tests in the copy.
broken() {
	test=$1_tests
	[ "${MUTANTS:-$1}" = "$1" ] || return 0
	shift
	rm -rf "$copy/src" "$copy/tests" "$copy/out"
	mkdir -p "$copy/tests"
	cp -r src Directory.Build.props Directory.Build.targets Directory.Packages.props .editorconfig global.json "$copy/"
	cp -r tests/Support tests/XenStored.Tests tests/XenDomains.Tests tests/XenWatchdog.Tests tests/Conformance tests/Fuzz "$copy/tests/"
	mkdir -p "$copy/tests/Shared.Tests" && cp tests/Shared.Tests/PrivateBus.cs tests/Shared.Tests/FakeLogind.cs "$copy/tests/Shared.Tests/"
	mkdir -p "$copy/docs" && cp docs/conformance-c417.md "$copy/docs/"
	sed -i "$3" "$copy/$2"
	if cmp -s "$2" "$copy/$2"; then echo "mutant does not apply: $1"; unseen=1; return; fi
	(cd "$copy" && $test) >"$copy/said" 2>&1 || true
	if grep -q 'error CS' "$copy/said"; then echo "mutant does not compile: $1: $(grep -m1 'error CS' "$copy/said")"; unseen=1; return; fi
	killed=$(grep -a -o -m1 'kill [0-9]*;' "$copy/said" | sed 's/;$//; s/^/ at /' || true)
	failed=$(grep -a -F -e '[FAIL]' -e ' shows a fault: ' -e ' has not ended within ' "$copy/said" | sed 's/^\[xUnit[^]]*\] *//; s/Xen.Conformance.RuleTests.Holds(target: "core", title: //; s/ \[FAIL\]//' | cut -c1-90 || true)
	if [ -z "$failed" ]; then echo "UNSEEN  $1"; unseen=1; else printf 'seen by %s%s  %s\n%s\n' "$(printf '%s\n' "$failed" | wc -l)" "$killed" "$1" "$(printf '%s\n' "$failed" | head -3 | sed 's/^/          /')"; fi
}

play() { dotnet test "$@" --nologo -v quiet -p:TreatWarningsAsErrors=false; }
mutant_tests() {
	XENSTORE_TARGETS=core play tests/Conformance
	play tests/XenStored.Tests --filter 'FullyQualifiedName~Model|FullyQualifiedName~MemoryTests|FullyQualifiedName~GuestKernelTests'
}
domains_tests() { play tests/XenDomains.Tests --filter 'FullyQualifiedName~Planning|FullyQualifiedName~Images|FullyQualifiedName~Configuration'; }
watchdog_tests() { play tests/XenWatchdog.Tests --filter 'FullyQualifiedName~HealthTests'; }
kills_tests() {
	dotnet publish -c Release -r linux-x64 -v quiet --nologo -p:CrashPoints=true -p:TreatWarningsAsErrors=false src/XenStored -o out/crash
	KILLS=1200 play tests/XenStored.Tests --filter 'FullyQualifiedName~KillTests.Killed_beneath' --logger 'console;verbosity=minimal'
}
fuzz_tests() { dotnet run -c Release --project tests/Fuzz -p:TreatWarningsAsErrors=false -- --executions=100000 --seed=1; }
watchdog() { broken watchdog "$@"; }
mutant() { broken mutant "$@"; }
domains() { broken domains "$@"; }
kills() { broken kills "$@"; }
fuzz() { broken fuzz "$@"; }

mutant 'a ring with output that waits is not looked at again' src/XenStored/Connections/Transports/RingTransport.cs 's/^        poll?.Note(.*//'
mutant 'a commit does not look at values read' src/XenStored/Store/Committing/Conflicts.cs 's/(node.Read & NodeParts.Value) != 0 \&\&/false \&\&/'
mutant 'a commit does not look at lists read' src/XenStored/Store/Committing/Conflicts.cs 's/(node.Read & NodeParts.Children) != 0 \&\&/false \&\&/'
mutant 'a commit does not look at permissions read' src/XenStored/Store/Committing/Conflicts.cs 's/(node.Read & NodeParts.Permissions) != 0 \&\&/false \&\&/'
mutant 'a commit does not look at presence' src/XenStored/Store/Committing/Conflicts.cs 's/if (there.Found != here.Found)/if (false)/'
mutant 'events go to those who may not read' src/XenStored/Watches/WatchNotifier.cs 's/session.IsPrivileged || MayRead(session, path, after) || MayRead(session, path, before)/true/'
mutant 'a permission of a dead domain serves its successor' src/XenStored/Tree/Storage/DomainEpochs.cs 's/&& stamp <= until/\&\& false/'
mutant 'a missing node is told to everybody' src/XenStored/Clients/Rights.cs 's/return (has & needed) != 0 ? XsError.ENOENT : XsError.EACCES;/return XsError.ENOENT;/'
mutant 'the parent is told before its children' src/XenStored/Watches/WatchNotifier.cs 's/if (!parentsFirst)/if (parentsFirst)/'
mutant 'a quota admits one more' src/XenStored/Clients/Domain.cs 's/amount <= most/amount <= most + 1/'
mutant 'a guest does not own what it makes' src/XenStored/Commands/NodeCommands.cs 's/own\[0\] with { Domid = request.Session.Domain.Id }/own[0]/'
mutant 'children are listed by name hash' src/XenStored/Tree/Storage/Children.cs 's/children\[last\], tags\[last\]) = (child, Tag(draft.Blocks, name))/children[0], tags[0]) = (child, Tag(draft.Blocks, name))/'
mutant 'a dead block is freed though a snapshot sees it' src/XenStored/Tree/Storage/Reclaimer.cs 's/return snapshots\[i\].Epoch >= blocks.Born(block) ? snapshots\[i\] : null;/return null;/'
mutant 'the count of a removal holds no snapshot of what was removed' src/XenStored/Tree/Storage/Reclaimer.cs 's/Take(root, draft.Epoch - 1)/Take(root, draft.Epoch)/'

plan=src/XenDomains/Planning/StartPlan.cs
domains 'an image is restored over disks that were used' $plan 's/image.Disks == DiskVerdict.Changed ?/false ?/'
domains 'a guest is started over its failed image' $plan 's/image.Place is ImagePlace.Failed or ImagePlace.Restoring or/image.Place is ImagePlace.Restoring or/'
domains 'half an image is restored' $plan 's/image.Fault is { } broken ? broken/false ? ""/'
domains 'an image of a guest that runs is kept' src/XenDomains/Planning/Overtaken.cs 's/where image.IsOf(guest) && image.Place != ImagePlace.Stale/where false/'
domains 'who runs is started' src/XenDomains/Execution/Starting.cs 's/if ((await view.NowAsync().ConfigureAwait(false)).Runs(step.Name))/if (false)/'
domains 'an image stays when its guest runs' src/XenDomains/Execution/Starting.cs 's/saves.Move(image, ImageMove.Remove);/{ }/'
domains 'a stop is not in reverse' src/XenDomains/Planning/StopPlan.cs 's/needed.GetValueOrDefault(name) ?? \[\]/steps.Where(step => step.Name == name).SelectMany(step => needs(step.Domain))/'
domains 'a start waits for nobody' src/XenDomains/Planning/Order.cs 's/waits\[name\].Add(next);//'
domains 'a requirement that failed is passed over' src/XenDomains/Execution/Starting.cs 's/step.Requires.FirstOrDefault(name/step.Requires.Take(0).FirstOrDefault(name/'
domains 'what a save left half is not removed' src/XenDomains/Execution/Stopping.cs 's/saves!.Drop(file);//'
domains 'a cut image is whole' src/XenDomains/Images/SaveImage.cs 's/if (next > file.Length)/if (false)/'
health=src/XenWatchdog/Evaluation/Health.cs
check=src/XenWatchdog/Evaluation/CheckState.cs
watchdog 'a failure more is needed' $check 's/Failures >= Setting.Failures/Failures > Setting.Failures/'
watchdog 'a service resets the host' $check 's/Rule.Tier: Tier.Host, Setting.Mode/Setting.Mode/'
watchdog 'what is only reported resets the host' $check 's/Rule.Tier: Tier.Host, Setting.Mode: CheckMode.Enforce/Rule.Tier: Tier.Host/'
watchdog 'a service is restarted as often as it fails' $health 's/pause \* 2/pause/'

memory=src/XenStored/Tree/Storage/StoreMemory.cs
publisher=src/XenStored/Store/Publisher.cs
calls=src/XenStored/Tree/Storage/InPlace/SocketCalls.cs
replies=src/XenStored/Connections/Transports/RingReplies.cs
progress=src/XenStored/Connections/Transports/RingProgress.cs
records=src/XenStored/Connections/State/ConnectionRecords.cs
kills 'one publish of eight is left out' $publisher 's/memory.Publish();/if (Environment.TickCount64 % 8 != 0) memory.Publish();/'
kills 'no publish where only slots and calls have changed' $memory 's/|| Slots.WaitsForPublish || .*/|| false/'
kills 'the publish and the sending are swapped' src/XenStored/Connections/Scheduler.cs 's/bool hasWork = store.Publisher/outbox.ShowAndSend(ends); bool hasWork = store.Publisher/'
kills 'the publish and the freeing of blocks are swapped' $publisher 's/memory.Publish();/memory.Reclaimer.Published(); memory.Reclaimer.Reclaim(budget); memory.Publish();/'
kills 'a call counts before it is noted' $calls '/^    Span<byte> Begin/,/^    }/s/Volatile.Write(ref entry.Number, 0);/Volatile.Write(ref entry.Number, superblock.Number + 1);/'
kills 'what a call has sent is forgotten' $calls 's/^        used++;$/        used += entry.Data < 0 ? 0 : 1;/'
kills 'a part of a message that was taken is forgotten' $records 's/connection.In.IsRecorded = TryWriteInput(key, connection.In.Bytes);/connection.In.IsRecorded = true;/'
kills 'the index of a ring is shown before the publish' $replies 's/^        HasMoved |= written > 0;$/        HasMoved |= written > 0; Show();/'
kills 'that a ring was emptied is forgotten' $progress 's/^            slots.Mark(own);$/            { }/'
kills 'a slot is not freed' src/XenStored/Connections/Transports/SocketTransport.cs 's/memory!.Slots.Free(slot);/{ }/'

fuzz 'a damaged node is read' src/XenStored/Tree/Storage/Refs.cs 's/if (!node.IsWithin)/if (false)/'
fuzz 'a block is never used again' src/XenStored/Tree/Storage/Reclaimer.cs '/internal void Published/,/^    }/s/blocks.Slabs.Free(item.Block);/_ = item;/'
fuzz 'a part of a message is lost' src/XenStored/Connections/Transports/RingRequests.cs 's/isPutBack ? peeked - unserved : peeked/peeked/'
fuzz 'a full ring is a fault' src/Shared/Protocol/Rings/ByteRing.cs 's/return used > (uint)bytes.Length ? -1/return used >= (uint)bytes.Length ? -1/'
fuzz 'the longest message is refused' src/Shared/Protocol/Wire/MessageFramer.cs 's/header.Length > WireLimits.Payload/header.Length >= WireLimits.Payload/'
fuzz 'waiting output is dropped uncounted' src/XenConsoled/Memory/OutputBuffer.cs 's/marks.Dropped += (ulong)excess;//'
fuzz 'a terminal is asked who it is' src/XenConsoled/Client/EscapeFilter.cs 's/"78DEHM=>c"/"78DEHM=>cZ"/'
fuzz 'control characters of eight bits reach a terminal in UTF-8' src/XenConsoled/Client/EscapeFilter.cs '/if (isAfterC2)/,/^        }/{s/if (one is >= 0x80 and < 0xA0)/if (false)/; s/one is >= 0xA0/one is >= 0x80/}'
fuzz 'control characters of eight bits reach a terminal' src/XenConsoled/Client/EscapeFilter.cs 's/if (following > 0 || one >= 0xA0)/if (true)/'
fuzz 'a stream forgets whose permissions are void' src/XenStored/Streams/StateWriter.cs 's/permission.IsStale ? 1 : 0/0/'
exit $unseen
