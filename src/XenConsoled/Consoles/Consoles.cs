using Xen.Hypervisor;
using Xen.Posix;
using XenConsoled.Core;
using XenConsoled.Memory;

namespace XenConsoled.Consoles;

/// <summary>
/// Which consoles there are: what the hypervisor says of its domains and the store of their consoles becomes consoles that begin, change and
/// end. An enumeration that fails ends nobody; a domid that was given to another domain is noticed.
/// </summary>
sealed class Consoles(ConsoleHost host, ConsoleStore store)
{
    const int RetryMs = 1000, LeastLingerMs = 500, LingerMs = 5000, LingerLookMs = 20; // what was just written takes the kernel a moment to show to readers

    readonly Dictionary<ConsoleId, GuestConsole> consoles = [];
    readonly Dictionary<ushort, DomainIdentity> domains = [];
    readonly List<(GuestConsole Console, long Until)> ending = [];
    readonly HashSet<GuestConsole> failing = [];
    readonly List<DomainInfo> listed = [];
    bool isListFailing, storeIsAway;
    long nextRetry = long.MaxValue;

    /// <summary>Those of living domains.</summary>
    internal IReadOnlyCollection<GuestConsole> All => consoles.Values;

    /// <summary>Those whose domain is gone and whose last words are still on their way.</summary>
    internal IEnumerable<GuestConsole> Ending => ending.Select(one => one.Console);

    /// <summary>Told of a console that is there now.</summary>
    internal Action<GuestConsole> Began { get; set; } = _ => { };

    /// <summary>Told of a console of which there is none any more.</summary>
    internal Action<GuestConsole> Ended { get; set; } = _ => { };

    /// <summary>Goes on with what an earlier process left; answers how many consoles that are.</summary>
    /// <param name="kept">Descriptors that the manager kept; those that belong to no console are closed.</param>
    /// <param name="portsAreKept">Its event channels are still bound.</param>
    internal int Restore(Dictionary<string, FileDescriptor> kept, bool portsAreKept)
    {
        bool knowsDomains = List(out _);
        int restored = 0;
        var found = Directory.EnumerateFiles(host.RunFolder).Where(path => Path.GetExtension(path) is ".pv" or ".vuart").Select(ConsoleMemory.TryOpen).OfType<ConsoleMemory>()
            .Select(memory => (Memory: memory, Pty: TakePty(kept, new(memory.Identity.Domid, memory.Kind), memory.State.PtyNumber),
                Lives: !knowsDomains || domains.TryGetValue(memory.Identity.Domid, out var living) && living.IsSame(memory.Identity))).ToList();
        // First what belongs to nobody: what a console has kept from now on may have the same name, and bind the same guest's port.
        foreach (var (name, descriptor) in kept)
        {
            host.Descriptors.Drop(name);
            descriptor.Dispose();
        }
        if (portsAreKept)
            host.Hypervisor.EventChannels.UnbindOthers(found.Where(one => one.Lives).Select(one => one.Memory.State.Port).ToHashSet());
        foreach (var (memory, pty, lives) in found)
        {
            if (!portsAreKept || !lives)
                memory.State.Port = 0; // our numbers are others' by now
            var identity = memory.Identity;
            var console = new GuestConsole(host, memory, pty);
            if (lives)
            {
                domains[identity.Domid] = identity;
                consoles.Add(console.Id, console);
                if (!console.Restore())
                    Retry(console);
                Began(console);
                restored++;
            }
            else
            {
                console.RestoreRest();
                End(console);
            }
        }
        return restored;
    }

    /// <summary>After how many milliseconds <see cref="Go"/> is due, -1 for not by itself.</summary>
    internal int Wait(long now)
    {
        long next = ending.Count > 0 ? Math.Min(nextRetry, now + LingerLookMs) : nextRetry;
        return next == long.MaxValue ? -1 : (int)Math.Max(next - now, 0);
    }

    /// <summary>Does what is due.</summary>
    internal void Go(long now)
    {
        if (now >= nextRetry)
        {
            nextRetry = long.MaxValue;
            if (isListFailing)
                DomainsChanged();
            foreach (var console in failing.ToArray())
                if (console.Restore())
                    failing.Remove(console);
            if (failing.Count > 0)
                nextRetry = now + RetryMs;
        }
        for (int i = ending.Count - 1; i >= 0; i--)
            if (ending[i].Console is var console && (now >= ending[i].Until || now >= ending[i].Until - LingerMs + LeastLingerMs && console.IsDone(now)))
            {
                ending.RemoveAt(i);
                Bury(console);
            }
    }

    /// <summary>Looks which domains there are.</summary>
    internal void DomainsChanged()
    {
        if (!List(out int errno))
        {
            if (!isListFailing)
                ConsoleLog.NoDomains(host.Logger, System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(errno));
            isListFailing = true;
            nextRetry = Math.Min(nextRetry, host.Loop.Now + RetryMs);
            return;
        }
        isListFailing = false;
        foreach (var console in consoles.Values.ToArray())
            if (!domains.TryGetValue(console.Id.Domid, out var living) || !living.IsSame(console.Memory.Identity))
            {
                consoles.Remove(console.Id);
                End(console);
            }
    }

    /// <summary>There is a store (again): all that it should know is told to it.</summary>
    internal void StoreCame()
    {
        if (storeIsAway)
            ConsoleLog.StoreCame(host.Logger);
        storeIsAway = false;
        DomainsChanged();
        foreach (var console in consoles.Values)
            console.TellPty();
    }

    /// <summary>The store is gone; consoles go on without.</summary>
    internal void StoreWent(string why)
    {
        storeIsAway = true;
        ConsoleLog.StoreWent(host.Logger, why);
    }

    /// <summary>The keys of a console; null if it has none.</summary>
    internal void KeysCame(ConsoleId id, ConsoleKeys? keys)
    {
        if (!domains.TryGetValue(id.Domid, out var identity) || keys is not { } wanted)
            return;
        if (!consoles.TryGetValue(id, out var console))
        {
            if (!wanted.IsOurs)
                return;
            foreach (var (other, _) in ending)
                if (other.Id == id)
                    other.Memory.Disown();
            var memory = ConsoleMemory.Create(host.RunFolder, identity, id.Kind, wanted.Limit);
            if (!memory.IsKept)
                ConsoleLog.NotKept(host.Logger, host.RunFolder, id.Domid);
            console = new(host, memory);
            consoles.Add(id, console);
            if (!console.Apply(wanted))
                Retry(console);
            Began(console);
        }
        else
        {
            bool isRenamed = console.Name != wanted.Name;
            if (!console.Apply(wanted))
                Retry(console);
            if (isRenamed)
                Began(console); // somebody may wait for that name
        }
    }

    /// <summary>The store refused to have a node read or written.</summary>
    internal void StoreRefused(string why) => ConsoleLog.StoreRefused(host.Logger, why);

    // Domains that live become followed, those that do not are forgotten.
    bool List(out int errno)
    {
        errno = 0;
        int count = host.Hypervisor.Domains.List(listed);
        if (count < 0)
        {
            errno = -count;
            return false;
        }
        var before = domains.Keys.ToHashSet();
        foreach (var domain in listed)
        {
            if (domain.Domid == 0 || (domain.State & DomainState.Dying) != 0)
                continue;
            bool isKnown = domains.TryGetValue(domain.Domid, out var known);
            var identity = new DomainIdentity(domain.Domid, 0, domain.Handle);
            if (host.Hypervisor.Domains.TryStatus(domain.Domid, out var status))
            {
                if ((status.State & (DomainState.Exists | DomainState.Dying)) != DomainState.Exists)
                    continue; // it went since it was listed
                identity = identity with { UniqueId = status.UniqueId };
            }
            else if (isKnown)
                identity = known; // no answer says nothing of the domain
            if (before.Remove(domain.Domid) && !known.IsSame(identity))
                store.Forget(domain.Domid); // another domain has its id now
            domains[domain.Domid] = identity;
            store.Follow(domain.Domid);
        }
        foreach (ushort gone in before)
        {
            domains.Remove(gone);
            store.Forget(gone);
        }
        return true;
    }

    void End(GuestConsole console)
    {
        failing.Remove(console);
        console.EndGuest();
        console.IsDone(host.Loop.Now); // begins what is left to do
        ending.Add((console, host.Loop.Now + LingerMs));
    }

    void Bury(GuestConsole console)
    {
        var (dropped, logLost) = console.Losses;
        ConsoleLog.Gone(host.Logger, console.Id.Domid, console.Name, console.Memory.State.Taken, dropped, logLost);
        Ended(console);
        console.End();
    }

    /// <summary>Something of a console failed: it is tried again.</summary>
    internal void Retry(GuestConsole console)
    {
        if (!consoles.ContainsValue(console))
            return; // its domain is gone
        failing.Add(console);
        nextRetry = Math.Min(nextRetry, host.Loop.Now + RetryMs);
    }

    static Pty? TakePty(Dictionary<string, FileDescriptor> kept, ConsoleId console, int number)
    {
        var (masterName, slaveName) = PtyEnd.KeptNames(console);
        if (number < 0 || !kept.TryGetValue(masterName, out var master) || !kept.TryGetValue(slaveName, out var slave) || !Pty.IsNumber(master, number))
            return null;
        kept.Remove(masterName);
        kept.Remove(slaveName);
        return new(master, slave, $"/dev/pts/{number}");
    }
}
