using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Xen.Linux;
using Xen.Linux.Files;
using Xen.Protocol.Rings;
using XenConsoled.Core;

namespace XenConsoled.Memory;

/// <summary>
/// The memory of one console: its state, its recent output for the log and late viewers, and the output that waits for the pty.
/// It is a file of a tmpfs, so it outlives the process however that ends. Without space for a file, it is the process's own memory.
/// Layout: a page of header | recent | head | tail. Each area grows as it is used.
/// </summary>
sealed class ConsoleMemory : IDisposable
{
    /// <summary>Bytes of recent output. They bound how long a log's disk may block, and how far back a viewer can look.</summary>
    internal const int MostRecent = 128 * 1024;

    const ulong Magic = 0x31_65_6C_6F_73_6E_6F_63; // "console1"
    const int HeaderSize = 4096, HalvesAt = 64, NameAt = 2048, MostOfName = 1024, Step = 4 * 1024;
    const double LeastFreeShare = 0.5;

    /// <summary>What identifies the console, at the file's beginning.</summary>
    [StructLayout(LayoutKind.Sequential)]
    struct Header
    {
        internal ulong Magic, UniqueId;
        internal Guid Handle;
        internal int Limit, StateSize; // a state of another version cannot be used
        internal ushort Domid;
        internal ConsoleKind Kind;
    }

    readonly Mapping mapping;
    readonly FileDescriptor? file;
    string? path;
    readonly int mostHead, mostTail;
    ConsoleState state;
    bool isFull;

    ConsoleMemory(Mapping mapping, FileDescriptor? file, string? path, in Header header)
    {
        (this.mapping, this.file, this.path) = (mapping, file, path);
        (mostHead, mostTail) = OutputBuffer.Sizes(header.Limit);
        Identity = new(header.Domid, header.UniqueId, header.Handle);
        Kind = header.Kind;
        Limit = header.Limit;
    }

    internal DomainIdentity Identity { get; }
    internal ConsoleKind Kind { get; }

    /// <summary>How many bytes of output may wait for a viewer.</summary>
    internal int Limit { get; }

    /// <summary>The memory is in a file, so it outlives the process.</summary>
    internal bool IsKept => file is not null;

    /// <summary>Why new memory could not be in a file; null if it is in one.</summary>
    internal string? WhyNotKept { get; private init; }

    /// <summary>The state while it changes. Another process sees the state of the last <see cref="Publish"/>.</summary>
    internal ref ConsoleState State => ref state;

    /// <summary>Makes memory for a new console. <see cref="WhyNotKept"/> says why it is in no file.</summary>
    /// <param name="folder">A folder on a tmpfs.</param>
    internal static ConsoleMemory Create(string folder, DomainIdentity who, ConsoleKind kind, int limit)
    {
        var header = new Header
        {
            Magic = Magic,
            UniqueId = who.UniqueId,
            Handle = who.Handle,
            Limit = limit,
            StateSize = Unsafe.SizeOf<ConsoleState>(),
            Domid = who.Domid,
            Kind = kind,
        };
        var memory = TryCreate(Path.Combine(folder, new ConsoleId(who.Domid, kind).ToString()), header, out string reason);
        if (memory is null)
        {
            memory = new(Mapping.Anonymous(Length(limit)), null, null, header) { WhyNotKept = reason };
            memory.GrowFirst();
        }
        memory.state.PtyNumber = -1;
        memory.Publish();
        MemoryMarshal.Write(memory.mapping.Bytes(HeaderSize), in header);
        return memory;
    }

    // In a file; null if there is no folder or no space for one. The console works without a file, and its owner logs that.
    static ConsoleMemory? TryCreate(string path, in Header header, out string reason)
    {
        FileDescriptor? file = null;
        reason = "";
        try
        {
            Folder.Unlink(path);
            file = FileDescriptor.OpenOrCreate(path);
            int errno = file.Allocate(0, HeaderSize);
            reason = errno == 0 ? "less than half of its file system is free" : new PosixException("fallocate " + path, errno).Message;
            if (errno == 0)
            {
                file.Truncate(Length(header.Limit));
                var memory = new ConsoleMemory(new Mapping(file, Length(header.Limit), path), file, path, header);
                if (memory.GrowFirst())
                    return memory;
                memory.Dispose();
            }
            Folder.Unlink(path);
        }
        catch (PosixException e)
        {
            reason = e.Message;
        }
        file?.Dispose();
        return null;
    }

    /// <summary>Opens the memory that an earlier process left; null if the file holds none.</summary>
    internal static ConsoleMemory? TryOpen(string path)
    {
        FileDescriptor? file = null;
        try
        {
            file = FileDescriptor.OpenReadWrite(path);
            if (file.Length >= HeaderSize)
            {
                var first = new Mapping(file, HeaderSize, path);
                var header = MemoryMarshal.Read<Header>(first.Bytes(HeaderSize));
                first.Dispose();
                if (header.Magic == Magic && header.StateSize == Unsafe.SizeOf<ConsoleState>()
                    && header.Limit is >= ConsoleLimit.Least and <= ConsoleLimit.Most && file.Length == Length(header.Limit))
                {
                    var memory = new ConsoleMemory(new Mapping(file, Length(header.Limit), path), file, path, header);
                    memory.state = StateHalves.Read(memory.Halves);
                    if (memory.IsSound)
                        return memory;
                    memory.Dispose();
                }
            }
        }
        catch (PosixException)
        {
            // The file is another's, or cannot be read.
        }
        file?.Dispose();
        return null;
    }

    /// <summary>The name of the console's domain, for a process that finds this memory.</summary>
    internal string Name
    {
        get
        {
            var place = mapping.Bytes(HeaderSize)[NameAt..];
            int length = MemoryMarshal.Read<int>(place);
            return Encoding.UTF8.GetString(place.Slice(sizeof(int), Math.Clamp(length, 0, MostOfName)));
        }
        set
        {
            var place = mapping.Bytes(HeaderSize)[NameAt..];
            int length = Encoding.UTF8.GetBytes(GuestName.Fitted(value, MostOfName), place[sizeof(int)..]);
            MemoryMarshal.Write(place, in length);
        }
    }

    /// <summary>Makes the state visible to another process.</summary>
    internal void Publish() => StateHalves.Publish(Halves, in state);

    /// <summary>Keeps the guest's bytes as recent output and for the pty. They must be published before the guest is notified.</summary>
    internal void Append(ReadOnlySpan<byte> bytes)
    {
        if (state.Taken <= (ulong)state.Recent) // nothing has wrapped yet, so the area may grow
            Grow(ref state.Recent, MostRecent, state.Taken + (ulong)bytes.Length, HeaderSize);
        ref var marks = ref state.Output;
        bool tailIsEmpty = marks.TailStart == marks.TailEnd;
        if (tailIsEmpty)
            Grow(ref state.Head, mostHead, (ulong)(marks.HeadEnd + bytes.Length), HeaderSize + MostRecent);
        if ((!tailIsEmpty || marks.HeadEnd + bytes.Length > state.Head) && marks.TailEnd <= (ulong)state.Tail)
            Grow(ref state.Tail, mostTail, marks.TailEnd + (ulong)bytes.Length, HeaderSize + MostRecent + mostHead);
        Output.Append(bytes);
        AppendRecent(bytes);
        state.Taken += (ulong)bytes.Length;
    }

    /// <summary>The output that waits for the pty.</summary>
    internal OutputBuffer Output =>
        new(ref state.Output, Area(HeaderSize + MostRecent, state.Head), Area(HeaderSize + MostRecent + mostHead, state.Tail));

    /// <summary>How many bytes can be added before waiting output is dropped.</summary>
    internal int OutputFree => isFull
        ? OutputBuffer.Free(state.Output, state.Head, state.Tail)
        : OutputBuffer.Free(state.Output, mostHead, mostTail);

    /// <summary>Copies output from a position on. Returns the number of bytes, which is smaller if the rest is not written yet.</summary>
    /// <param name="position">Bytes since the console began, at least <see cref="OldestRecent"/>.</param>
    internal int CopyRecent(ulong position, Span<byte> into)
    {
        int count = (int)Math.Min(state.Taken - position, (ulong)into.Length);
        if (count == 0)
            return 0;
        var area = Area(HeaderSize, state.Recent);
        CircularBytes.Read(area, (int)(position % (ulong)area.Length), into[..count]);
        return count;
    }

    /// <summary>The first position that is still kept.</summary>
    internal ulong OldestRecent => state.Taken - Math.Min(state.Taken, (ulong)state.Recent);

    /// <summary>Leaves the file's name to another console of the same domid.</summary>
    internal void Disown() => path = null;

    /// <summary>Removes the memory: the console is gone.</summary>
    internal void Remove()
    {
        if (path is not null)
            Folder.Unlink(path);
        Dispose();
    }

    public void Dispose()
    {
        mapping.Dispose();
        file?.Dispose();
    }

    // Values from a file are trusted only if they cannot lead beyond an area.
    bool IsSound
    {
        get
        {
            ref readonly var marks = ref state.Output;
            return state.Recent is > 0 and <= MostRecent
                && state.Head > 0 && state.Head <= mostHead && state.Tail > 0 && state.Tail <= mostTail
                && marks.HeadStart >= 0 && marks.HeadStart <= marks.HeadEnd && marks.HeadEnd <= state.Head
                && marks.TailStart <= marks.TailEnd && marks.TailEnd - marks.TailStart <= (ulong)state.Tail && state.Logged <= state.Taken;
        }
    }

    Span<byte> Halves => mapping.Bytes(HeaderSize).Slice(HalvesAt, StateHalves.Size);

    Span<byte> Area(int at, int size) => mapping.Bytes(at + size)[at..];

    static long Length(int limit)
    {
        var (head, tail) = OutputBuffer.Sizes(limit);
        return HeaderSize + MostRecent + head + tail;
    }

    void AppendRecent(ReadOnlySpan<byte> bytes)
    {
        var area = Area(HeaderSize, state.Recent);
        ulong position = state.Taken;
        if (bytes.Length > area.Length)
        {
            position += (ulong)(bytes.Length - area.Length);
            bytes = bytes[^area.Length..];
        }
        CircularBytes.Write(area, (int)(position % (ulong)area.Length), bytes);
    }

    // A hole in a full tmpfs would be a SIGBUS, so an area gets real pages before it is used.
    // Consoles never take more than half of a file system that other services use.
    void Grow(ref int size, int most, ulong needed, int at)
    {
        if (needed <= (ulong)size || size == most)
            return;
        int wanted = (int)Math.Min((ulong)most, Math.Max((needed + Step - 1) / Step * Step, 2 * (ulong)size));
        isFull = file is not null && (file.FreeShare < LeastFreeShare || file.Allocate(at + size, wanted - size) != 0);
        if (!isFull)
            size = wanted;
    }

    // Each area has some pages from the beginning: a console still works when others fill the file system later.
    bool GrowFirst()
    {
        Grow(ref state.Recent, MostRecent, 1, HeaderSize);
        bool isWhole = !isFull;
        Grow(ref state.Head, mostHead, 1, HeaderSize + MostRecent);
        isWhole &= !isFull;
        Grow(ref state.Tail, mostTail, 1, HeaderSize + MostRecent + mostHead);
        return isWhole && !isFull;
    }
}
