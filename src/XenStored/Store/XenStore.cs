using XenStored.Accounting;
using XenStored.Clients;
using XenStored.Clients.Limits;
using XenStored.Store.Committing;
using XenStored.Surroundings;
using XenStored.Tree;
using XenStored.Tree.Storage;
using XenStored.Tree.Storage.Nodes;
using XenStored.Watches;

namespace XenStored.Store;

/// <summary>
/// The parts of the store, put together: the current tree, the domains and connections that use it, and the rules for changes. Each part
/// is given the parts that it uses, and those only. None does I/O or reads a clock. Replies and events go to the outbox. Effects on the
/// hypervisor go through <see cref="IDomainControl"/>.
/// </summary>
sealed class XenStore
{
    readonly StoreClock clock = new();

    /// <summary>Makes a store over its memory.</summary>
    /// <param name="home">The domain that the daemon runs in. Clients on the socket belong to it.</param>
    /// <param name="privileged">The domain that may do everything.</param>
    internal XenStore(
        StoreMemory memory, IDomainControl domainControl, IDaemonControl control, IOutbox outbox, ushort home = 0, ushort privileged = 0)
    {
        (Memory, Control, Outbox) = (memory, control, outbox);
        (Rights, Records) = (new(memory), new(memory));
        Domains = new(Quotas, home, privileged);
        Readers = new(Quotas);
        Notifier = new(memory.Blocks, Watches, Rights, outbox);
        Accounts = new(memory, Domains, Quotas, Readers);
        Changes = new(memory, Accounts, Notifier);
        Specials = new(memory, Domains, Rights, Notifier);
        var writer = new RecordWriter(Domains, Quotas, Specials, Records);
        WatchList = new(Watches, writer, control);
        Transactions = new(memory, Records, Accounts, Notifier, StarvationGuard, clock, control, heir: privileged);
        Sessions = new(Domains, Readers, Transactions, WatchList);
        Orphans = new(memory, Accounts, Changes, heir: privileged);
        DomainLife = new(memory, Domains, Sessions, Specials, Orphans, writer, domainControl);
        Publisher = new(memory, Accounts, writer, control);
        if (memory.IsReopened)
            new StoreReopening(memory, Records, Domains, Quotas, Specials, Sessions, WatchList).Run();
        else
            Seed();
    }

    internal StoreMemory Memory { get; }

    /// <summary>What the daemon knows beside the tree and another process needs.</summary>
    internal RecordTree Records { get; }

    internal IDaemonControl Control { get; }
    internal IOutbox Outbox { get; }
    internal Quotas Quotas { get; } = new();
    internal Domains Domains { get; }
    internal DomainLife DomainLife { get; }
    internal Orphans Orphans { get; }
    internal SpecialNodes Specials { get; }
    internal Readers Readers { get; }
    internal Sessions Sessions { get; }
    internal WatchList WatchList { get; }
    internal WatchTrie Watches { get; } = new();
    internal WatchNotifier Notifier { get; }
    internal Accounts Accounts { get; }

    /// <summary>What a session may do with a node.</summary>
    internal Rights Rights { get; }
    internal Changes Changes { get; }
    internal Transactions Transactions { get; }
    internal StarvationGuard StarvationGuard { get; } = new();
    internal Publisher Publisher { get; }

    /// <summary>Monotonic milliseconds of this iteration.</summary>
    internal long Now { get => clock.Now; set => clock.Now = value; }

    // The nodes that a fresh store has.
    void Seed()
    {
        var walk = new Walk(Memory.Blocks);
        var path = StorePath.Trusted("/tool/xenstored"u8);
        walk.To(Memory.Root, path);
        if (!walk.Found)
            Changes.TryMake(Change.Create(walk, path, [new(Domains.Privileged, Access.None)], default), firesWatches: false);
        Domains.Charge(Domains.Privileged, 1 + Specials.All.Length, 0);
    }
}
