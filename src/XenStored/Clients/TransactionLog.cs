using System.Globalization;
using System.Text;
using Xen.Protocol.Wire;
using XenStored.Tree;
using XenStored.Tree.Storage;
using XenStored.Tree.Storage.MappedFile;

namespace XenStored.Clients;

/// <summary>
/// The requests of a connection's open transactions, each with a hash of its reply, so that a transaction can go on in another process.
/// That one makes the requests again, on the tree that it finds. If all replies are the same, then nothing that the client was told depends
/// on what has changed since, so the transaction has the effect of having begun there. Else it is lost. A transaction is also lost if the
/// log would be longer than <see cref="Most"/>, or there is no memory for it: the log is dropped then as a whole.
/// </summary>
sealed class TransactionLog(StoreMemory memory, RecordTree records, long session)
{
    const string Folder = "/transactions";

    /// <summary>The sizes that the record gets, one after the other.</summary>
    static readonly int[] Sizes = [1016, 4088, Most];

    /// <summary>Bytes of the longest log. A request costs 32 bytes and its payload.</summary>
    internal const int Most = 12 * 1024 - 8;

    readonly InPlaceLog log = memory.Log;
    readonly byte[] path = Encoding.ASCII.GetBytes($"{Folder}/{session.ToString(CultureInfo.InvariantCulture)}");
    readonly List<uint> open = []; // those of which the log has the beginning and not the end
    Ref? block;
    int size, end;
    long lastEnd; // the number of the publish that makes true that none is open

    /// <summary>
    /// The logs that an earlier process has left, by the numbers of connections. What was not published is dropped from them.
    /// </summary>
    /// <exception cref="InvalidDataException">One is not valid.</exception>
    internal static Dictionary<long, TransactionLog> Earlier(StoreMemory memory, RecordTree records)
    {
        var all = new Dictionary<long, TransactionLog>();
        foreach (var (name, value) in records.Below(Encoding.ASCII.GetBytes(Folder)))
        {
            if (!long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out long session))
                throw new InvalidDataException("the name of a log is no number");
            var earlier = new TransactionLog(memory, records, session);
            earlier.Reopen(value.Length);
            all.Add(session, earlier);
        }
        return all;
    }

    void Reopen(int length)
    {
        (block, size) = (records.LogAt(path) ?? throw new InvalidDataException("a log is too short"), length);
        end = log.Cut(block.Value);
        foreach (var (entry, _) in log.Read(block.Value))
            if (entry.Type == (uint)MessageType.TransactionStart)
                open.Add(entry.Transaction);
            else if (entry.Type == (uint)MessageType.TransactionEnd)
                open.Remove(entry.Transaction);
    }

    /// <summary>Whether a transaction is open and all of it is in the log.</summary>
    internal bool Has(uint id) => open.Contains(id);

    /// <summary>Whether any transaction is open and in the log.</summary>
    internal bool HasOpen => open.Count > 0;

    /// <summary>A transaction begins.</summary>
    internal void Begin(uint id)
    {
        if (open.Count == 0 && block is not null && lastEnd < log.NextNumber)
            Reset();
        if (TryAdd(new(id, (uint)MessageType.TransactionStart, 0), []))
            open.Add(id);
    }

    /// <summary>A request in a transaction was served.</summary>
    /// <param name="check">A hash of the reply: see <see cref="CheckOf"/>.</param>
    internal void Add(uint id, MessageType type, ReadOnlySpan<byte> payload, ulong check)
    {
        if (Has(id))
            TryAdd(new(id, (uint)type, check), payload);
    }

    /// <summary>A transaction is over, or it is lost.</summary>
    internal void End(uint id)
    {
        if (open.Remove(id) && TryAdd(new(id, (uint)MessageType.TransactionEnd, 0), []) && open.Count == 0)
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
        Drop();
        if (block is not null && records.TryRemove(path))
            (block, size) = (null, 0);
    }

    /// <summary>A hash of a reply, which nobody can foresee who does not know the file's seed.</summary>
    internal ulong CheckOf(MessageType type, ReadOnlySpan<byte> reply) =>
        NameHash.Of(reply, NameHash.Mix(memory.Blocks.HashSeed, (ulong)type + 1));

    // Nobody needs what is in the log: an earlier process cannot have had less to go on with.
    void Reset()
    {
        if (size > Sizes[0] && records.TrySetLog(path, new byte[Sizes[0]]) is { } smaller)
            (block, size) = (smaller, Sizes[0]);
        else
            log.Clear(block!.Value);
        end = 0;
    }

    // All transactions are lost if this process dies.
    void Drop()
    {
        if (block is { } mine)
            log.Clear(mine);
        (end, lastEnd) = (0, 0);
        open.Clear();
    }

    bool TryAdd(LogEntry entry, ReadOnlySpan<byte> data)
    {
        int needed = end + InPlaceLog.SizeOf(data.Length) + InPlaceLog.Least;
        if (needed > size && !TryGrow(needed))
        {
            Drop();
            return false;
        }
        log.Add(block!.Value, end, entry, data);
        end = needed - InPlaceLog.Least;
        return true;
    }

    bool TryGrow(int needed)
    {
        int larger = Array.Find(Sizes, one => one >= needed);
        if (larger == 0)
            return false;
        byte[] value = new byte[larger];
        if (block is { } mine)
            memory.Blocks[mine].Slice(BlockHeader.Size, end).CopyTo(value);
        if (records.TrySetLog(path, value) is not { } grown)
            return false;
        (block, size) = (grown, larger);
        return true;
    }
}
