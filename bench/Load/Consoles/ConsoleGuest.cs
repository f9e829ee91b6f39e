using System.Runtime.InteropServices;

namespace Load.Consoles;

/// <summary>
/// A simulated guest with a console: the page and event channel of docs/simulated-hypervisor.md, used as Linux's hvc_xen does:
/// at most 256 bytes are written at once, and each read and write of a ring is followed by an event.
/// </summary>
sealed unsafe class ConsoleGuest : IDisposable
{
    const int InSize = 1024, OutSize = 2048, PageSize = 4096, MostAtOnce = 256;
    const int In = 0, Out = 1024, InCons = 3072, InProd = 3076, OutCons = 3080, OutProd = 3084;
    readonly string folder;
    readonly byte* page;
    readonly uint bell;
    uint* mask;
    int toDaemon = -1;
    uint consumedAtBell;
    bool hasRung, owesEvent;

    public ConsoleGuest(string folder, int domid, int port)
    {
        const int readWrite = 3, shared = 1, ownerOnly = 0x180;
        this.folder = folder;
        Domid = domid;
        bell = (uint)domid << 16 | (uint)port;
        var file = Native.Open($"{folder}/console.{domid}", Native.O_RDWR | Native.O_CREAT | Native.O_CLOEXEC, ownerOnly);
        if (file < 0 || Native.FTruncate(file, PageSize) < 0)
            throw Native.Failure("the console's page");
        page = Native.MMap(null, PageSize, readWrite, shared, file, 0);
        if (page == (byte*)-1)
            throw Native.Failure("mmap of the console's page");
        Native.Close(file);
        var fifo = $"{folder}/guest.{domid}";
        if (Native.MkFifo(fifo, ownerOnly) < 0 && Marshal.GetLastPInvokeError() != Native.EEXIST)
            throw Native.Failure(fifo);
        Events = Native.Open(fifo, Native.O_RDWR | Native.O_NONBLOCK | Native.O_CLOEXEC, 0);
        if (Events < 0)
            throw Native.Failure(fifo);
    }

    public int Domid { get; }

    public string Name => $"guest{Domid}";

    /// <summary>Becomes readable with the daemon's events.</summary>
    public int Events { get; }

    /// <summary>The pty that the daemon made, or empty.</summary>
    public string Tty { get; set; } = "";

    /// <summary>Puts what has room into the ring, at most as much as Linux at once; returns how much that was.</summary>
    public int Write(ReadOnlySpan<byte> bytes)
    {
        var produced = Index(OutProd);
        var room = OutSize - (int)(produced - Index(OutCons));
        var n = Math.Min(Math.Min(bytes.Length, MostAtOnce), room);
        if (n == 0)
            return 0;
        Interlocked.MemoryBarrier();
        var at = (int)(produced % OutSize);
        var first = Math.Min(n, OutSize - at);
        bytes[..first].CopyTo(new Span<byte>(page + Out + at, first));
        bytes[first..n].CopyTo(new Span<byte>(page + Out, n - first));
        Publish(OutProd, produced + (uint)n);
        owesEvent = true;
        Deliver();
        return n;
    }

    /// <summary>
    /// The event of what was written, unless the one before is still pending: a port is that once, but a FIFO knows no such thing. Here it is until
    /// the daemon took something from the ring; what it did not see then gets an event of its own.
    /// </summary>
    void Deliver()
    {
        var consumed = Index(OutCons);
        if (hasRung && consumed == consumedAtBell)
            return;
        (hasRung, consumedAtBell, owesEvent) = (true, consumed, false);
        Ring();
    }

    /// <summary>After the last of many writes: waits until the daemon knows of all of them.</summary>
    public void Settle(double seconds)
    {
        for (var until = Clock.After(seconds); owesEvent && Clock.Now < until; Thread.Sleep(1))
            Deliver();
    }

    /// <summary>Takes what is there for the guest; returns how much that was.</summary>
    public int Read(Span<byte> bytes)
    {
        var consumed = Index(InCons);
        var n = Math.Min(bytes.Length, (int)(Index(InProd) - consumed));
        if (n == 0)
            return 0;
        Interlocked.MemoryBarrier();
        for (var i = 0; i < n; i++)
            bytes[i] = page[In + (consumed + i) % InSize];
        Publish(InCons, consumed + (uint)n);
        Ring();
        return n;
    }

    /// <summary>Forgets the daemon's events so far.</summary>
    public void ClearEvents()
    {
        var ports = stackalloc uint[256];
        _ = Native.Read(Events, ports, 256 * sizeof(uint));
    }

    uint Index(int offset) => Volatile.Read(ref *(uint*)(page + offset));

    void Publish(int offset, uint value)
    {
        Volatile.Write(ref *(uint*)(page + offset), value);
        Interlocked.MemoryBarrier();
    }

    void Ring()
    {
        if (toDaemon < 0)
            OpenBell();
        if (mask != null && IsMasked())
            return;
        var word = bell;
        if (Native.Write(toDaemon, &word, sizeof(uint)) != sizeof(uint))
            throw Native.Failure("evtchn");
    }

    // A masked port only remembers that it was rung; the daemon hears of it when it unmasks. Where there is no file of masks, the daemon's FIFO stands for both.
    bool IsMasked()
    {
        const uint masked = 1, pending = 2;
        if ((Volatile.Read(ref *mask) & masked) == 0)
            return false;
        Interlocked.Or(ref *mask, pending);
        return (Volatile.Read(ref *mask) & masked) != 0;
    }

    // The C daemon has a handle for each console, so there each has a FIFO of its own; it is there once the daemon has bound the port.
    void OpenBell()
    {
        var own = $"{folder}/evtchn.{Domid}";
        var hasOwn = File.Exists(own);
        toDaemon = Native.Open(hasOwn ? own : $"{folder}/evtchn", Native.O_RDWR | Native.O_CLOEXEC, 0);
        if (!hasOwn && File.Exists($"{folder}/masks"))
            mask = MapMask();
        if (toDaemon < 0)
            throw Native.Failure("evtchn");
    }

    uint* MapMask()
    {
        const int readWrite = 3, shared = 1, size = 65536 * sizeof(uint);
        var file = Native.Open($"{folder}/masks", Native.O_RDWR | Native.O_CLOEXEC, 0);
        var masks = (byte*)Native.MMap(null, size, readWrite, shared, file, 0);
        Native.Close(file);
        return masks == (byte*)-1 ? throw Native.Failure("mmap of the masks") : (uint*)masks + Domid;
    }

    public void Dispose()
    {
        Native.MUnmap(page, PageSize);
        Native.Close(Events);
        if (toDaemon >= 0)
            Native.Close(toDaemon);
    }
}
