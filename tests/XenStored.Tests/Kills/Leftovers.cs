using Xen.Linux.Processes;
using XenStored.Connections.Transports;
using XenStored.Daemon;
using XenStored.Store.Records;
using XenStored.Tests.Support;
using XenStored.Tree;
using XenStored.Tree.Storage.InPlace;

namespace XenStored.Tests.Kills;

/// <summary>What a store's file has of clients, in a copy of the file.</summary>
static class Leftovers
{
    /// <summary>The first thing that is there of a client that has left, as a sentence; null: there is nothing.</summary>
    /// <param name="stateFile">The store's file, while nobody is on the socket.</param>
    /// <param name="store">The store's process.</param>
    internal static string? FirstIn(string stateFile, int store) =>
        Read(stateFile, store, (records, slots) => OfRecords(records, slots) ?? OfSlots(slots));

    /// <summary>How many clients on the socket have a slot.</summary>
    internal static int SocketSlots(string stateFile, int store) => Read(stateFile, store, (_, slots) => OwnedBySockets(slots));

    /// <summary>Whether bytes that were taken from somebody are recorded.</summary>
    internal static bool HasInput(string stateFile, int store) => Read(stateFile, store, (records, _) => HasInput(records));

    static T Read<T>(string stateFile, int store, Func<RecordTree, TwinSlots, T> look)
    {
        using var folder = TempFolder.InMemory();
        string copy = folder.File("store");
        Assert.True(ProcessTable.TryStop(store)); // a copy of a file that changes is none of any moment
        File.Copy(stateFile, copy);
        ProcessTable.GoOn(store);
        var log = new List<string>();
        using var memory = new StoreOpening(copy, 1 << 30, 0, keeper: null, new LineLogger(log)).Open();
        Assert.Empty(log);
        return look(new(memory), memory.Slots);
    }

    static string? OfRecords(RecordTree records, TwinSlots slots) =>
        HasInput(records) ? "bytes that were taken from somebody"
        : records.Below("/out"u8).Any(client => !IsThere(client.Name, slots)) ? "a record of bytes that waited for somebody who has left"
        : records.Below("/watch"u8).Any(watch => BitConverter.ToInt64(watch.Value) != 0) ? "a watch of a client on the socket"
        : records.Below("/transactions"u8).Any(log => !HasGuest(log.Name, records)) ? "a log of transactions of somebody who has left"
        : null;

    static bool HasGuest(byte[] session, RecordTree records) => records.Below("/domain"u8).Any(
        domain => new DomainRecord(domain.Value).SessionId == long.Parse(session, System.Globalization.CultureInfo.InvariantCulture));

    static bool HasInput(RecordTree records) => records.Below("/in"u8).Count > 0;

    static bool IsThere(byte[] name, TwinSlots slots)
    {
        long key = long.Parse(name, System.Globalization.CultureInfo.InvariantCulture);
        return slots.Owner((int)(key & 0xFFFF)).Tag == IKeptTransport.TagOf(key);
    }

    static string? OfSlots(TwinSlots slots) => OwnedBySockets(slots) > 0 ? "a slot of a client on the socket" : null;

    // A guest's slot may name it for longer: who takes the slot names himself, and until then the guest may come back for it.
    static int OwnedBySockets(TwinSlots slots) =>
        Enumerable.Range(0, TwinSlots.Count).Count(slot => slots.Owner(slot).Socket != 0);
}
