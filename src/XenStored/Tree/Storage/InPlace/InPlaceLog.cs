using System.Runtime.InteropServices;
using XenStored.Crashes;
using XenStored.Tree.Storage.MappedFile;

namespace XenStored.Tree.Storage.InPlace;

/// <summary>
/// Entries in a block, each added in place behind the last one. So adding costs no new block, and a block with a log is the only kind that
/// is written after the epoch of its birth. An entry has the number of the publish that makes it true. The first one without a number ends
/// the log. Worked example: after publish 7 a log has an entry, and a second one is added for publish 8. If the process dies before that,
/// the next one cuts the log behind the first entry, and its own publish 8 cannot make the second one true.
/// </summary>
sealed class InPlaceLog(StoreFile file, Superblock superblock)
{
    /// <summary>Bytes of a log without entries: the end of it.</summary>
    internal const int Least = sizeof(long);

    const int Alignment = 8;

    [StructLayout(LayoutKind.Sequential)]
    struct Head
    {
        internal long Number; // of the publish that makes it true
        internal ulong Check;
        internal uint Transaction, Type;
        internal int Length, Reserved;
    }

    static readonly int HeadSize = Marshal.SizeOf<Head>();

    /// <summary>Whether something was added that the last publish has not made true.</summary>
    internal bool WaitsForPublish { get; private set; }

    /// <summary>The number of the publish that makes true what is added now.</summary>
    internal long NextNumber => superblock.Number + 1;

    /// <summary>Bytes of an entry.</summary>
    internal static int SizeOf(int data) => HeadSize + (data + Alignment - 1) / Alignment * Alignment;

    /// <summary>Adds an entry. There has to be space for it and <see cref="Least"/> bytes.</summary>
    /// <param name="at">Where the log ends: the sum of the sizes of its entries.</param>
    internal void Add(Ref block, int at, in LogEntry entry, ReadOnlySpan<byte> data)
    {
        var place = Bytes(block)[at..];
        int size = SizeOf(data.Length);
        var head = new Head { Check = entry.Check, Transaction = entry.Transaction, Type = entry.Type, Length = data.Length };
        MemoryMarshal.Write(place, head);
        data.CopyTo(place[HeadSize..]);
        NumberAt(place[size..]) = 0;
        Crash.At(CrashPoint.LogIsFilled);
        Volatile.Write(ref NumberAt(place), NextNumber); // last: the entry is whole, and the log's end is behind it
        WaitsForPublish = true;
        Crash.At(CrashPoint.LogHasEntry);
    }

    /// <summary>Drops all entries. This is true at once.</summary>
    internal void Clear(Ref block) => Volatile.Write(ref NumberAt(Bytes(block)), 0);

    /// <summary>
    /// Drops the entries that an earlier process added and did not publish. Call this before any other method. False: the log is damaged,
    /// because an entry is longer than the block.
    /// </summary>
    /// <param name="end">Where the log ends.</param>
    internal bool TryCut(Ref block, out int end)
    {
        var bytes = Bytes(block);
        for (end = 0; NumberAt(bytes[end..]) is > 0 and var number && number <= superblock.Number;)
        {
            int most = bytes.Length - end - HeadSize - Least; // bytes of data; it is negative if not even the head fits
            int length = most < 0 ? -1 : HeadAt(bytes[end..]).Length;
            if (length < 0 || length > most)
                return false;
            end += SizeOf(length);
        }
        NumberAt(bytes[end..]) = 0;
        return true;
    }

    /// <summary>The entries, and the data of each.</summary>
    internal List<(LogEntry Entry, byte[] Data)> Read(Ref block)
    {
        var all = new List<(LogEntry, byte[])>();
        var bytes = Bytes(block);
        for (int at = 0; NumberAt(bytes[at..]) != 0; at += SizeOf(HeadAt(bytes[at..]).Length))
        {
            ref readonly var head = ref HeadAt(bytes[at..]);
            all.Add((EntryOf(head), bytes.Slice(at + HeadSize, head.Length).ToArray()));
        }
        return all;
    }

    /// <summary>The entries that pass, one behind the other as they lie in the block, to begin another block with.</summary>
    internal byte[] Only(Ref block, Func<LogEntry, bool> passes)
    {
        var kept = new List<byte>();
        var bytes = Bytes(block);
        for (int at = 0; NumberAt(bytes[at..]) != 0; at += SizeOf(HeadAt(bytes[at..]).Length))
            if (passes(EntryOf(HeadAt(bytes[at..]))))
                kept.AddRange(bytes.Slice(at, SizeOf(HeadAt(bytes[at..]).Length)));
        return [.. kept];
    }

    internal void Published() => WaitsForPublish = false;

    static LogEntry EntryOf(in Head head) => new(head.Transaction, head.Type, head.Check);

    static ref readonly Head HeadAt(ReadOnlySpan<byte> place) => ref MemoryMarshal.AsRef<Head>(place);

    static ref long NumberAt(Span<byte> place) => ref MemoryMarshal.AsRef<long>(place);

    Span<byte> Bytes(Ref block)
    {
        var header = file.Header(block);
        return header.Kind == BlockKind.Value
            ? file.Bytes(block.Offset, header.Granules * Ref.GranuleSize)[BlockHeader.Size..]
            : throw new InvalidOperationException($"block {block.Granule} has no log");
    }
}
