using Xen.Support;

namespace Load.Consoles;

/// <summary>
/// A simulated guest with a console that is used as Linux's hvc_xen does: at most 256 bytes are written at once, and each read and write
/// of a ring is followed by an event.
/// </summary>
sealed class ConsoleGuest(string folder, int domid, int port) : Xen.Support.ConsoleGuest(folder, (ushort)domid, (uint)port)
{
    readonly string folder = folder;
    uint consumedAtBell;
    bool hasRung, owesEvent, hasLooked;

    public string Name => $"guest{Domid}";

    /// <summary>The pty that the daemon made, or empty.</summary>
    public string Tty { get; set; } = "";

    /// <summary>Puts what has room into the ring, at most as much as Linux at once; returns how much that was.</summary>
    public int Put(ReadOnlySpan<byte> bytes)
    {
        int n = Output.Put(bytes[..Math.Min(bytes.Length, MostAtOnce)]);
        if (n == 0)
            return 0;
        owesEvent = true;
        Deliver();
        return n;
    }

    /// <summary>
    /// The event of what was written, unless the one before is still pending. Of a port it is pending once, but a FIFO knows no such thing.
    /// Here it is pending until the daemon took something from the ring; what it did not see then gets an event of its own.
    /// </summary>
    void Deliver()
    {
        uint consumed = Output.Consumed;
        if (hasRung && consumed == consumedAtBell)
            return;
        (hasRung, consumedAtBell, owesEvent) = (true, consumed, false);
        Notify();
    }

    /// <summary>After the last of many writes: waits until the daemon knows of all of them.</summary>
    public void Settle(double seconds)
    {
        for (long until = Clock.After(seconds); owesEvent && Clock.Now < until; Thread.Sleep(1))
            Deliver();
    }

    /// <summary>Takes what is there for the guest; returns how much that was.</summary>
    public int Take(Span<byte> bytes)
    {
        int n = Input.Take(bytes);
        if (n > 0)
            Notify();
        return n;
    }

    public override void Notify()
    {
        if (!hasLooked && !HasOwnFifo)
            Mask = PortMask.TryOpen(folder, Domid);
        hasLooked = true;
        base.Notify();
    }

    // The C daemon has a handle for each console, so there each has a FIFO of its own; it is there once the daemon has bound the port.
    protected override string DaemonsFifo => HasOwnFifo ? $"evtchn.{Domid}" : "evtchn";

    bool HasOwnFifo => File.Exists($"{folder}/evtchn.{Domid}");
}
