namespace Xen.Support;

/// <summary>
/// Whether the daemon has a simulated guest's port masked. A FIFO cannot mask, so a guest looks here before it writes an event: a masked
/// port only remembers that it was notified, and the daemon hears of it when it unmasks. It is for a guest with one port.
/// </summary>
public sealed unsafe class PortMask : IDisposable
{
    const int Domids = 1 << 16;
    const uint Masked = 1, Pending = 2;

    readonly SharedFile file;
    readonly uint* mask;

    PortMask(string path, ushort domid)
    {
        file = new(path, Domids * sizeof(uint));
        mask = (uint*)file.Start + domid;
    }

    /// <summary>The mask of a domain's port; null where the daemon's hypervisor has none, so that its FIFO stands for both.</summary>
    /// <param name="folder">The simulated hypervisor's.</param>
    public static PortMask? TryOpen(string folder, ushort domid) =>
        Path.Combine(folder, "masks") is var path && File.Exists(path) ? new(path, domid) : null;

    /// <summary>Whether the port is masked.</summary>
    public bool IsMasked => (Volatile.Read(ref *mask) & Masked) != 0;

    /// <summary>Whether the port is masked, and remembers the event.</summary>
    public bool Remembers()
    {
        if (!IsMasked)
            return false;
        Interlocked.Or(ref *mask, Pending);
        return IsMasked;
    }

    /// <summary>Unmaps the file; the port stays as it is.</summary>
    public void Dispose() => file.Dispose();
}
