using Xen.Hypervisor.Answers;
using Xen.Linux;
using Xen.Linux.Loop;
using Xen.Linux.Terminals;
using XenConsoled.Core;
using XenConsoled.Following;
using XenConsoled.Logs;
using XenConsoled.Memory;

namespace XenConsoled.Consoles;

/// <summary>
/// All consoles. Consoles begin, change and end by what the hypervisor reports of its domains and the store of their consoles.
/// A failed enumeration ends no console. The table notices when a domid was given to another domain.
/// </summary>
sealed class ConsoleTable : IStoreNews
{
    const int ListAgainMs = 1000;
    const int LeastLingerMs = 500, LingerMs = 5000, LingerLookMs = 20; // the kernel needs a moment to show a write to the pty's readers

    readonly ConsoleHost host;
    readonly Dictionary<ConsoleId, GuestConsole> consoles = [];
    readonly Dictionary<ushort, DomainIdentity> domains = [];
    readonly List<(GuestConsole Console, long Since)> ending = [];
    readonly List<IConsoleSeeker> seekers = [];
    readonly List<DomainInfo> listed = [];
    readonly HashSet<ushort> before = []; // used by List
    readonly LoopTimer listAgain, lingering;
    Trouble listTrouble, storeTrouble;

    internal ConsoleTable(ConsoleHost host)
    {
        this.host = host;
        listAgain = new(host.Loop, DomainsChanged);
        lingering = new(host.Loop, LookAtEnding);
    }

    /// <summary>Consoles of living domains.</summary>
    internal IReadOnlyCollection<GuestConsole> All => consoles.Values;

    /// <summary>Consoles whose domain is gone while their last output is still being delivered.</summary>
    internal IEnumerable<GuestConsole> Ending => ending.Select(one => one.Console);

    /// <summary>Tells a seeker of each console that begins, until <see cref="Unseek"/>.</summary>
    internal void Seek(IConsoleSeeker seeker) => seekers.Add(seeker);

    /// <summary>Ends <see cref="Seek"/>. It may be called without it.</summary>
    internal void Unseek(IConsoleSeeker seeker) => seekers.Remove(seeker);

    /// <summary>Takes over the consoles that an earlier process left, and returns their number.</summary>
    /// <param name="kept">Descriptors that the service manager kept. Those that belong to no console are closed.</param>
    /// <param name="portsAreKept">The event channels are still bound.</param>
    internal int Restore(Dictionary<string, FileDescriptor> kept, bool portsAreKept)
    {
        bool knowsDomains = List(out _);
        var found = FindMemories()
            .Select(memory => (Memory: memory, Pty: TakePty(kept, memory), Lives: !knowsDomains || Lives(memory.Identity))).ToList();
        // Closes what belongs to nobody first: a console may later keep descriptors under the same name, and bind the same guest's port.
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
                memory.State.Port = 0; // our port numbers may be others' by now
            var console = new GuestConsole(host, memory, pty);
            if (lives)
            {
                domains[memory.Identity.Domid] = memory.Identity;
                consoles.Add(console.Id, console);
                console.Restore();
            }
            else
                End(console);
        }
        return consoles.Count;
    }

    /// <summary>Compares the hypervisor's list of domains with the known ones.</summary>
    public void DomainsChanged()
    {
        if (!List(out int errno))
        {
            if (listTrouble.Begins())
                ConsoleLog.NoDomains(host.Logger, Errno.Text(errno));
            listAgain.At(host.Loop.Now + ListAgainMs);
            return;
        }
        listTrouble.Ends();
        listAgain.Cancel();
        foreach (var console in consoles.Values.ToArray())
            if (!Lives(console.Memory.Identity))
            {
                consoles.Remove(console.Id);
                End(console);
            }
    }

    /// <inheritdoc/>
    public void StoreCame()
    {
        if (storeTrouble.Ends())
            ConsoleLog.StoreCame(host.Logger);
        DomainsChanged();
        foreach (var console in consoles.Values)
            console.WritePtyPath();
    }

    /// <inheritdoc/>
    public void StoreWent(string why)
    {
        storeTrouble.Begins();
        ConsoleLog.StoreWent(host.Logger, why);
    }

    /// <inheritdoc/>
    public void StoreRefused(string why) => ConsoleLog.StoreRefused(host.Logger, why);

    /// <inheritdoc/>
    public void KeysCame(ConsoleId id, ConsoleKeys? keys)
    {
        if (!domains.TryGetValue(id.Domid, out var identity) || keys is not { } wanted)
            return;
        bool isKnown = consoles.TryGetValue(id, out var console);
        if (console is null)
        {
            if (!wanted.IsOurs)
                return;
            console = New(identity, id.Kind, wanted.Limit);
            consoles.Add(id, console);
        }
        bool isRenamed = console.Name != wanted.Name;
        console.Apply(wanted);
        if (isKnown && !isRenamed)
            return;
        foreach (var seeker in seekers.ToArray())
            seeker.ConsoleCame(console);
    }

    /// <inheritdoc/>
    public void LogFileCame(ushort domid, string? path)
    {
        host.Logs.Want(domid, path);
        foreach (var console in consoles.Values)
            if (domid == ConsoleLogs.AllDomains || console.Id.Domid == domid)
                console.MoveLog();
    }

    GuestConsole New(DomainIdentity identity, ConsoleKind kind, int limit)
    {
        foreach (var (other, _) in ending)
            if (other.Id == new ConsoleId(identity.Domid, kind))
                other.Memory.Disown();
        var memory = ConsoleMemory.Create(host.RunFolder, identity, kind, limit);
        if (memory.WhyNotKept is { } reason)
            ConsoleLog.NotKept(host.Logger, identity.Domid, host.RunFolder, reason);
        return new(host, memory);
    }

    bool Lives(in DomainIdentity who) => domains.TryGetValue(who.Domid, out var living) && living.IsSame(who);

    // Follows the domains that live, and forgets the others.
    bool List(out int errno)
    {
        int count = host.Hypervisor.Domains.List(listed);
        errno = Math.Max(-count, 0);
        if (count < 0)
            return false;
        before.Clear();
        before.UnionWith(domains.Keys);
        foreach (var domain in listed)
        {
            if (domain.Domid == 0 || (domain.State & DomainState.Dying) != 0)
                continue;
            bool isKnown = domains.TryGetValue(domain.Domid, out var known);
            var identity = new DomainIdentity(domain.Domid, 0, domain.Handle);
            if (host.Hypervisor.Domains.TryStatus(domain.Domid, out var status))
            {
                if ((status.State & (DomainState.Exists | DomainState.Dying)) != DomainState.Exists)
                    continue; // it ended after it was listed
                identity = identity with { UniqueId = status.UniqueId };
            }
            else if (isKnown)
                identity = known; // without an answer the known identity holds
            if (before.Remove(domain.Domid) && !known.IsSame(identity))
                host.Store.Forget(domain.Domid); // another domain has the id now
            domains[domain.Domid] = identity;
            host.Store.Follow(domain.Domid);
        }
        foreach (ushort gone in before)
        {
            domains.Remove(gone);
            host.Store.Forget(gone);
        }
        return true;
    }

    void End(GuestConsole console)
    {
        console.EndGuest();
        console.IsDone(); // begins to deliver what is left
        ending.Add((console, host.Loop.Now));
        if (!lingering.IsSet)
            lingering.At(host.Loop.Now + LingerLookMs);
    }

    void LookAtEnding()
    {
        for (int i = ending.Count - 1; i >= 0; i--)
        {
            var (console, since) = ending[i];
            long age = host.Loop.Now - since;
            if (age < LeastLingerMs || age < LingerMs && !console.IsDone())
                continue;
            ending.RemoveAt(i);
            Bury(console);
        }
        if (ending.Count > 0)
            lingering.At(host.Loop.Now + LingerLookMs);
    }

    void Bury(GuestConsole console)
    {
        var (dropped, logLost) = console.Losses;
        ConsoleLog.Gone(host.Logger, console.Id.Domid, console.Name, console.Memory.State.Taken, dropped, logLost);
        host.Scheduler.Forget(console);
        console.End();
    }

    IEnumerable<ConsoleMemory> FindMemories() => Directory.EnumerateFiles(host.RunFolder)
        .Where(path => Path.GetExtension(path) is ".pv" or ".vuart").Select(ConsoleMemory.TryOpen).OfType<ConsoleMemory>();

    static Pty? TakePty(Dictionary<string, FileDescriptor> kept, ConsoleMemory memory)
    {
        int number = memory.State.PtyNumber;
        var (masterName, slaveName) = PtyEnd.KeptNames(new(memory.Identity.Domid, memory.Kind));
        if (number < 0 || !kept.TryGetValue(masterName, out var master) || !kept.TryGetValue(slaveName, out var slave)
            || !Pty.IsNumber(master, number))
            return null;
        kept.Remove(masterName);
        kept.Remove(slaveName);
        return new(master, slave, $"/dev/pts/{number}");
    }
}
