using System.Runtime.InteropServices;
using XenStored.Crashes;
using XenStored.Tree.Storage.MappedFile;

namespace XenStored.Tree.Storage.InPlace;

/// <summary>
/// The system calls since the last publish that received bytes from clients on the socket or sent them some. The kernel writes each call's
/// result into the file, and what it receives as well. So another process knows to the byte what a client said and was told, at whatever
/// instant this one dies. The next publish makes the entries void: by then the bytes are served, and the slots count those that were sent.
/// </summary>
sealed class SocketCalls
{
    /// <summary>The most bytes that one call receives.</summary>
    internal const int MostReceived = 16 * 1024;

    const int EntrySize = 128, Entries = FileLayout.CallsSize / EntrySize, CallOffset = 32;

    [StructLayout(LayoutKind.Sequential)]
    struct Entry
    {
        internal long Number; // of the publish that makes it void
        internal int Slot;
        internal uint Tag;
        internal int Data;    // offset within the data; -1: the call sends
        internal int Length;  // that it received; 0 until the process has heard of it
    }

    readonly StoreFile file;
    readonly Superblock superblock;
    int used, dataUsed;

    /// <summary>Opens the area.</summary>
    /// <exception cref="InvalidDataException">What an earlier process left is damaged.</exception>
    internal SocketCalls(StoreFile file, Superblock superblock)
    {
        (this.file, this.superblock) = (file, superblock);
        for (; used < Entries && At(used).Number == superblock.Number + 1; used++)
            if (At(used) is { Data: > FileLayout.ReceivedSize } or { Data: < -1 } or { Length: < 0 or > MostReceived })
                throw new InvalidDataException("what a client has sent lies where it cannot lie");
            else if (At(used) is { Data: >= 0 } entry)
                dataUsed = Math.Min(entry.Data + (entry.Length > 0 ? Rounded(entry.Length) : MostReceived), FileLayout.ReceivedSize);
    }

    /// <summary>Whether bytes were received that no publish has served, or there is no place left for a further call.</summary>
    internal bool WaitsForPublish { get; private set; }

    /// <summary>Notes a call that receives. False: there is no place left before the next publish. Then it must not be made.</summary>
    /// <param name="slot">The client's.</param>
    /// <param name="tag">The tag of the slot's owner.</param>
    /// <param name="most">The most bytes that it is to receive.</param>
    /// <param name="call">Memory for the call, all zero. It says what the call has moved, and nothing else changes it.</param>
    /// <param name="data">Where the bytes go.</param>
    internal bool TryNoteReceive(int slot, uint tag, int most, out Span<byte> call, out Span<byte> data)
    {
        most = Math.Min(most, MostReceived);
        call = default;
        data = default;
        if (used == Entries || FileLayout.ReceivedSize - dataUsed < most)
        {
            WaitsForPublish = true;
            return false;
        }
        data = file.Bytes(FileLayout.Received + dataUsed, most);
        call = Begin(slot, tag, dataUsed);
        return true;
    }

    /// <summary>Notes a call that sends. False: there is no place left before the next publish. Then it must not be made.</summary>
    /// <param name="call">Memory for the call, all zero.</param>
    internal bool TryNoteSend(int slot, uint tag, out Span<byte> call)
    {
        call = default;
        if (used == Entries)
        {
            WaitsForPublish = true;
            return false;
        }
        call = Begin(slot, tag, data: -1);
        return true;
    }

    /// <summary>The call that was noted last has moved so many bytes, or none.</summary>
    internal void Ended(int count)
    {
        ref var entry = ref At(used);
        if (count <= 0)
        {
            Volatile.Write(ref entry.Number, 0);
            return;
        }
        used++;
        if (entry.Data < 0)
            return;
        entry.Length = count;
        dataUsed += Rounded(count);
        WaitsForPublish = true;
    }

    /// <summary>The calls of an earlier process since its last publish, in their order.</summary>
    internal List<EarlierCall> Earlier()
    {
        var all = new List<EarlierCall>();
        for (int i = 0; i < Entries && At(i).Number == superblock.Number + 1; i++)
        {
            var entry = At(i);
            byte[] data = entry.Data < 0
                ? []
                : file.Bytes(FileLayout.Received + entry.Data, Math.Min(MostReceived, FileLayout.ReceivedSize - entry.Data)).ToArray();
            all.Add(new(entry.Slot, entry.Tag, entry.Data >= 0, Call(i).ToArray(), data));
        }
        return all;
    }

    internal void Published() => (used, dataUsed, WaitsForPublish) = (0, 0, false);

    Span<byte> Begin(int slot, uint tag, int data)
    {
        ref var entry = ref At(used);
        Volatile.Write(ref entry.Number, 0);
        Crash.At(CrashPoint.CallLosesNumber);
        var call = Call(used);
        call.Clear();
        (entry.Slot, entry.Tag, entry.Data, entry.Length) = (slot, tag, data, 0);
        Volatile.Write(ref entry.Number, superblock.Number + 1); // last: the entry is whole now
        Crash.At(CrashPoint.CallIsNoted);
        return call;
    }

    ref Entry At(int index) => ref MemoryMarshal.AsRef<Entry>(file.Bytes(FileLayout.Calls + index * EntrySize, CallOffset));

    Span<byte> Call(int index) => file.Bytes(FileLayout.Calls + index * EntrySize + CallOffset, EntrySize - CallOffset);

    static int Rounded(int bytes) => bytes + 15 & ~15;
}
