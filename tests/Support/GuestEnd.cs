namespace Xen.Support;

/// <summary>
/// A guest's end of a page and an event channel of the simulated hypervisor (docs/simulated-hypervisor.md). It uses nothing of src,
/// because src is what it tests.
/// </summary>
public abstract unsafe class GuestEnd : IDisposable
{
    /// <summary>Bytes of a page.</summary>
    public const int PageSize = 4096;

    readonly SharedFile page;
    readonly Fifo bell;
    readonly string folder;
    Fifo? toDaemon;
    int events;

    /// <summary>The page of a domain, and its bell; no daemon has to run yet.</summary>
    /// <param name="folder">The simulated hypervisor's.</param>
    /// <param name="page">The name of its kind of page there.</param>
    /// <param name="isBlocking">Waiting for ever is to cost as little as can be.</param>
    private protected GuestEnd(string folder, string page, ushort domid, uint port, bool isBlocking)
    {
        (this.folder, Domid, Port) = (folder, domid, port);
        Directory.CreateDirectory(folder);
        this.page = new(Path.Combine(folder, $"{page}.{domid}"), PageSize);
        bell = new(Path.Combine(folder, $"guest.{domid}"), isBlocking);
    }

    /// <summary>Its number.</summary>
    public ushort Domid { get; }

    /// <summary>Its port of the event channel.</summary>
    public uint Port { get; set; }

    /// <summary>Whether its port is masked; null: it sends all its events.</summary>
    public PortMask? Mask { get; set; }

    /// <summary>The page, for who does not keep the rules.</summary>
    public Span<byte> Bytes => page.Bytes;

    /// <summary>Readable while there are events for the guest.</summary>
    public int Events => bell.Descriptor;

    /// <summary>The name of the FIFO that the daemon reads.</summary>
    protected virtual string DaemonsFifo => "evtchn";

    /// <summary>Sends the daemon an event.</summary>
    public virtual void Notify()
    {
        if (Mask?.Remembers() is not true)
            (toDaemon ??= new(Path.Combine(folder, DaemonsFifo))).Put((uint)Domid << 16 | Port);
    }

    /// <summary>How many events have come so far.</summary>
    public int EventsSoFar
    {
        get
        {
            TakeEvents();
            return events;
        }
    }

    /// <summary>Takes the events that have come.</summary>
    /// <returns>How many they were.</returns>
    public int TakeEvents() => Counted(bell.Take());

    /// <summary>Sleeps until there are events, and takes them.</summary>
    /// <param name="limitMs">-1: for ever.</param>
    /// <returns>How many they were; 0: none came in time.</returns>
    public int AwaitEvents(int limitMs) => Counted(bell.TakeNext(limitMs));

    /// <summary>Unmaps the page; the domain stays.</summary>
    public virtual void Dispose()
    {
        page.Dispose();
        bell.Dispose();
        toDaemon?.Dispose();
        Mask?.Dispose();
        GC.SuppressFinalize(this);
    }

    int Counted(int more)
    {
        events += more;
        return more;
    }

    private protected GuestRing Ring(int bytes, int size, int consumed, int produced) =>
        new(page.Start + bytes, size, (uint*)(page.Start + consumed), (uint*)(page.Start + produced));
}
