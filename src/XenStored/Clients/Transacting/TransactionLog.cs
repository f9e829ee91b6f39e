using System.Globalization;
using System.Text;
using Xen.Protocol.Wire;
using XenStored.Tree;
using XenStored.Tree.Storage;
using XenStored.Tree.Storage.InPlace;
using XenStored.Tree.Storage.MappedFile;

namespace XenStored.Clients.Transacting;

/// <summary>
/// The requests of a connection's open transactions, each with a hash of its reply, so that a transaction can go on in another process.
/// That one makes the requests again, on the tree that it finds. If all replies are the same, then nothing that the client was told depends
/// on what has changed since, so the transaction has the effect of having begun there. Else it is lost. So are all open ones of a
/// connection when their requests fill the largest record, or when there is no memory. Of a lost one the log only has that it is
/// open.
/// </summary>
/// <param name="session">The number of the connection.</param>
sealed class TransactionLog(StoreMemory memory, RecordTree records, long session)
{
    const string Folder = "/transactions";

    /// <summary>The type of an entry that says that a transaction is lost.</summary>
    const MessageType Lost = MessageType.Error;

    /// <summary>The sizes that a record can have. An eighth is free at least when it gets another one.</summary>
    static readonly int[] Sizes = [1016, 4088, 12 * 1024 - 8];

    /// <summary>Bytes for which the requests of all open transactions always have room. A request takes 32 and its payload.</summary>
    internal static readonly int Most = Sizes[^1] / 8 * 7;

    readonly InPlaceLog log = memory.Log;
    readonly byte[] path = Encoding.ASCII.GetBytes($"{Folder}/{session.ToString(CultureInfo.InvariantCulture)}");
    readonly List<uint> open = []; // those that can go on
    readonly List<uint> lost = []; // those that cannot, and have not ended
    Ref? block;
    int size, end;
    long lastEnd; // the number of the publish that makes true that none is open

    /// <summary>The logs that an earlier process has left, by the numbers of connections. What was not published is dropped.</summary>
    internal static Dictionary<long, TransactionLog> Earlier(StoreMemory memory, RecordTree records)
    {
        var all = new Dictionary<long, TransactionLog>();
        foreach (var (name, value) in records.Below(Encoding.ASCII.GetBytes(Folder)))
        {
            if (!long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out long session))
                continue;
            var earlier = new TransactionLog(memory, records, session);
            if (earlier.TryReopen(value.Length))
                all.Add(session, earlier);
            else
                records.TryRemove(earlier.path); // its transactions are lost, and not the store
        }
        return all;
    }

    /// <summary>The highest number of a transaction in it; 0: there is none.</summary>
    internal uint Highest { get; private set; }

    /// <summary>Whether any transaction is open.</summary>
    internal bool HasOpen => open.Count + lost.Count > 0;

    /// <summary>Whether a transaction is open and can go on.</summary>
    internal bool Has(uint id) => open.Contains(id);

    /// <summary>A transaction begins.</summary>
    internal void Begin(uint id)
    {
        if (!HasOpen && block is not null && lastEnd < log.NextNumber)
            Reset();
        open.Add(id);
        AddOrDrop(new(id, (uint)MessageType.TransactionStart, 0), []);
    }

    /// <summary>A request in a transaction was served.</summary>
    /// <param name="check">See <see cref="CheckOf"/>.</param>
    internal void Add(uint id, MessageType type, ReadOnlySpan<byte> payload, ulong check)
    {
        if (Has(id))
            AddOrDrop(new(id, (uint)type, check), payload);
    }

    /// <summary>A transaction cannot go on.</summary>
    internal void Lose(uint id)
    {
        if (!open.Remove(id))
            return;
        lost.Add(id);
        AddOrDrop(new(id, (uint)Lost, 0), []);
    }

    /// <summary>A transaction is over.</summary>
    internal void End(uint id)
    {
        if (!open.Remove(id) && !lost.Remove(id))
            return;
        AddOrDrop(new(id, (uint)MessageType.TransactionEnd, 0), []);
        if (!HasOpen)
            lastEnd = log.NextNumber;
    }

    /// <summary>The requests of a transaction, in their order.</summary>
    internal List<(MessageType Type, byte[] Payload, ulong Check)> Of(uint id) =>
        log.Read(block!.Value)
            .Where(one => one.Entry.Transaction == id && one.Entry.Type != (uint)MessageType.TransactionStart)
            .Select(one => ((MessageType)one.Entry.Type, one.Data, one.Entry.Check)).ToList();

    /// <summary>All transactions of the connection are over. Removes the log.</summary>
    internal void Remove()
    {
        open.Clear();
        lost.Clear();
        (end, lastEnd) = (0, 0);
        if (block is not { } mine)
            return;
        if (records.TryRemove(path))
            (block, size) = (null, 0);
        else
            log.Clear(mine);
    }

    /// <summary>
    /// A hash of what a request meant and what its client was told, with the file's secret seed, so that nobody can make two alike.
    /// Permissions mean the domains that live now: the hash is another one when one of them has died, or has come that was not there.
    /// The generation that DIRECTORY_PART tells is left out, because the transaction's own changes give the directory a new one each
    /// time.
    /// </summary>
    /// <param name="change">What the request changed.</param>
    internal ulong CheckOf(MessageType type, XsError error, ReadOnlySpan<byte> reply, in Change change)
    {
        if (type == MessageType.DirectoryPart && error == XsError.None)
            reply = reply[(reply.IndexOf((byte)0) + 1)..]; // without the generation
        ulong seed = NameHash.Mix(memory.Blocks.HashSeed, (ulong)type << 32 | (uint)error + 1);
        if (change.Kind == ChangeKind.SetPermissions)
            foreach (var permission in change.Permissions)
                seed = NameHash.Mix(seed + (permission.IsStale ? 1UL : 0), (ulong)memory.LastDeath(permission.Domid) + permission.Domid);
        return NameHash.OfBytes(reply, seed);
    }

    // Begins it anew. None of its transactions is open, and their ends are published.
    void Reset()
    {
        if (size > Sizes[0] && records.TrySetLog(path, new byte[Sizes[0]]) is { } smaller)
            (block, size) = (smaller, Sizes[0]);
        else
            log.Clear(block!.Value);
        end = 0;
    }

    bool TryReopen(int length)
    {
        (block, size) = (records.LogAt(path), length);
        if (block is not { } mine || !log.TryCut(mine, out end))
            return false;
        foreach (var (entry, _) in log.Read(mine))
        {
            Highest = Math.Max(Highest, entry.Transaction);
            if (entry.Type == (uint)MessageType.TransactionStart)
                open.Add(entry.Transaction);
            else if (entry.Type == (uint)MessageType.TransactionEnd && !open.Remove(entry.Transaction))
                lost.Remove(entry.Transaction);
            else if (entry.Type == (uint)Lost)
            {
                open.Remove(entry.Transaction);
                lost.Add(entry.Transaction);
            }
        }
        return true;
    }

    // If there is no room for an entry, all open transactions are lost: none may go on without a request of it.
    void AddOrDrop(LogEntry entry, ReadOnlySpan<byte> data)
    {
        if (TryAdd(entry, data))
            return;
        lost.AddRange(open);
        open.Clear();
        if (block is not { } mine)
            return;
        log.Clear(mine);
        end = 0;
        _ = lost.TrueForAll(id => TryAdd(new(id, (uint)Lost, 0), [])); // as many as there is room for
    }

    bool TryAdd(LogEntry entry, ReadOnlySpan<byte> data)
    {
        int length = InPlaceLog.SizeOf(data.Length);
        if (end + length + InPlaceLog.Least > size && !TryMakeRoom(length + InPlaceLog.Least))
            return false;
        log.Add(block!.Value, end, entry, data);
        end += length;
        return true;
    }

    // In a new record, which has only what is still needed.
    bool TryMakeRoom(int more)
    {
        byte[] needed = block is { } mine ? log.Only(mine, IsNeeded) : [];
        int fitting = Array.Find(Sizes, one => needed.Length + more <= one / 8 * 7);
        if (fitting == 0)
            return false;
        byte[] value = new byte[fitting];
        needed.CopyTo(value, 0);
        if (records.TrySetLog(path, value) is not { } made)
            return false;
        (block, size, end) = (made, fitting, needed.Length);
        return true;
    }

    bool IsNeeded(LogEntry entry) =>
        open.Contains(entry.Transaction) || entry.Type == (uint)Lost && lost.Contains(entry.Transaction);
}
