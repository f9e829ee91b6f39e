using XenStored.Connections.Transports;
using XenStored.Daemon;
using XenStored.Tests.Support;
using XenStored.Tree;
using XenStored.Tree.Storage.MappedFile;

namespace XenStored.Tests.Kills;

/// <summary>What a store's file has of clients that have left.</summary>
static class Leftovers
{
    /// <summary>The first thing that is found, as a sentence; null: there is nothing.</summary>
    /// <param name="guests">How many rings are served, that of the store's own domain included; nobody is on the socket.</param>
    internal static string? FirstIn(string stateFile, int guests)
    {
        using var folder = TempFolder.InMemory();
        string copy = folder.File("store");
        File.Copy(stateFile, copy);
        var log = new List<string>();
        using var memory = new StoreOpening(copy, 1 << 30, 0, keeper: null, new LineLogger(log)).Open();
        if (!memory.IsReopened)
            return log[0];
        return OfRecords(new(memory), memory.Slots) ?? OfSlots(memory.Slots, guests);
    }

    static string? OfRecords(RecordTree records, TwinSlots slots) =>
        records.Below("/in"u8).Count > 0 ? "bytes that were taken from somebody"
        : records.Below("/out"u8).Any(client => !IsThere(client.Name, slots)) ? "a record of bytes that waited for somebody who has left"
        : records.Below("/watch"u8).Any(watch => BitConverter.ToInt64(watch.Value) != 0) ? "a watch of a client on the socket"
        : null;

    static bool IsThere(byte[] name, TwinSlots slots)
    {
        long key = long.Parse(name, System.Globalization.CultureInfo.InvariantCulture);
        return IKeptTransport.KeyOf((int)(key & 0xFFFF), slots.Owner((int)(key & 0xFFFF)).Tag) == key;
    }

    static string? OfSlots(TwinSlots slots, int guests)
    {
        var owned = Enumerable.Range(0, TwinSlots.Count).Select(slots.Owner).Where(owner => owner != default).ToList();
        return owned.Any(owner => owner.Socket != 0) ? "a slot of a client on the socket"
            : owned.Count != guests ? $"{owned.Count} slots of {guests} guests"
            : null;
    }
}
