using Xen.Hypervisor;
using Xen.Hypervisor.Answers;
using Xen.Linux;
using Xen.Protocol.Rings;
using XenConsoled.Core;
using XenConsoled.Memory;

namespace XenConsoled.Consoles;

/// <summary>
/// A console's way to its guest: the page with the rings, and the port. The console's memory holds the number of our port.
/// </summary>
sealed class RingEnd(ConsoleHost host, ConsoleMemory memory)
{
    readonly ConsoleId id = new(memory.Identity.Domid, memory.Kind);
    GuestPage? page;
    bool isByFrame;
    Trouble trouble;
    uint? takenBefore = memory.State.Taken > 0 ? memory.State.RingConsumed : null; // by an earlier process; null after the first mapping

    /// <summary>The port is bound.</summary>
    internal bool IsConnected { get; private set; }

    /// <summary>The page is mapped.</summary>
    internal bool IsMapped => page is not null;

    /// <summary>The ring of the guest's output. Valid only while <see cref="IsMapped"/>.</summary>
    internal ByteRing Output => Page.Output;

    /// <summary>How many bytes of input the guest can take now.</summary>
    internal int InputFree => IsMapped ? Math.Max(Page.Input.Free, 0) : 0;

    ConsolePage Page => new(page!.Bytes);

    /// <summary>Notifies the guest.</summary>
    internal void Notify() => host.Hypervisor.EventChannels.Notify(memory.State.Port);

    /// <summary>Gives the guest as much input as it has space for, and notifies it. Returns how many bytes that were.</summary>
    internal int Give(ReadOnlySpan<byte> bytes)
    {
        if (!IsMapped)
            return bytes.Length; // nobody reads it
        int given = Math.Max(Page.Input.Put(bytes), 0);
        if (given > 0)
        {
            memory.State.Sent += (ulong)given;
            memory.Publish();
            Notify();
        }
        return given;
    }

    /// <summary>Maps the page and binds the port that the keys name. False if that fails now. A failure is logged once.</summary>
    internal bool Connect(in ConsoleKeys keys)
    {
        ref var state = ref memory.State;
        if (page is null || isByFrame && state.RingRef != keys.RingRef)
        {
            page?.Dispose();
            page = Map(keys.RingRef, out int errno);
            if (page is null)
                return Refused(keys.Name, "map its ring", errno);
            state.RingRef = keys.RingRef;
            SkipWhatWasTaken();
        }
        // A guest that was reset may have the same port number again, but our port does not reach it then.
        bool isStill = IsConnected && state.GuestPort == keys.Port && host.Hypervisor.EventChannels.IsConnected(state.Port);
        IsConnected = isStill || Adopts(keys.Port) || Binds(keys.Port, out int refusal)
            || Refused(keys.Name, $"bind its port {keys.Port}", refusal);
        if (!IsConnected)
            return false;
        Page.Connect(); // with each changed key, as C xenconsoled does: the toolstack may have made the page again
        if (isStill)
            return true;
        trouble.Ends();
        Notify();
        ConsoleLog.Connected(host.Logger, id.Domid, keys.Name, keys.Port);
        return true;
    }

    /// <summary>Gives page and port back.</summary>
    internal void Disconnect()
    {
        if (IsConnected)
            host.Hypervisor.EventChannels.Unbind(memory.State.Port);
        memory.State.Port = 0;
        IsConnected = false;
        Unmap();
    }

    /// <summary>Gives the page back and leaves the port to the next process.</summary>
    internal void Unmap()
    {
        page?.Dispose();
        page = null;
    }

    // Takes over the port that an earlier process bound, if it still reaches the wanted port of the guest.
    bool Adopts(uint guestPort)
    {
        var ports = host.Hypervisor.EventChannels;
        int port = memory.State.Port;
        if (port == 0)
            return false;
        if (!IsConnected && memory.State.GuestPort == guestPort && ports.Adopt(port, id.Domid, guestPort) && ports.IsConnected(port))
            return true;
        ports.Unbind(port);
        return false;
    }

    bool Binds(uint guestPort, out int errno)
    {
        int port = host.Hypervisor.EventChannels.BindInterdomain(id.Domid, guestPort);
        memory.State.Port = Math.Max(port, 0);
        memory.State.GuestPort = guestPort;
        memory.Publish();
        errno = -Math.Min(port, 0);
        return port > 0;
    }

    bool Refused(string name, string what, int errno)
    {
        if (trouble.Begins())
            ConsoleLog.NotConnected(host.Logger, id.Domid, name, what, Errno.Text(errno));
        return false;
    }

    // Maps the page by the grant that the toolstack makes for a guest's console. A vuart has no grant, and a toolstack may make none: then
    // the page is mapped by its frame number.
    GuestPage? Map(ulong frame, out int errno)
    {
        isByFrame = false;
        errno = 0;
        var mapped = id.Kind == ConsoleKind.Pv ? host.Hypervisor.GuestMemory.MapGrant(id.Domid, ReservedGrant.Console, out errno) : null;
        if (mapped is not null)
            return mapped;
        isByFrame = true;
        return host.Hypervisor.GuestMemory.MapFrame(id.Domid, frame, out errno);
    }

    // An earlier process may have kept bytes and died before it took them from the ring. They must not be taken twice.
    void SkipWhatWasTaken()
    {
        var output = Page.Output;
        if (takenBefore is { } before && before - output.Consumed is > 0 and var ahead && ahead <= output.Used)
            output.Advance((int)ahead);
        takenBefore = null;
    }
}
