using Xen.Posix;

namespace Xen.Hypervisor;

/// <summary>The only door to Xen. Daemons take it as an argument, so that each runs on a simulated one as well.</summary>
/// <param name="Name">How the administrator chose it.</param>
/// <param name="HomePort">The port of the store's own domain's ring; 0 if that has none.</param>
public sealed record Hypervisor(string Name, IEventChannels EventChannels, IGuestMemory GuestMemory, IDomains Domains, uint HomePort) : IDisposable
{
    const uint SimulatedHomePort = 1;

    /// <summary>No hypervisor: sockets only, and every domain is believed to exist.</summary>
    public static Hypervisor None()
    {
        var nothing = new NoHypervisor();
        return new("none", nothing, nothing, nothing, 0);
    }

    /// <summary>A folder in which other processes play guests; see docs/simulated-hypervisor.md.</summary>
    /// <exception cref="PosixException">The folder or what belongs in it cannot be made.</exception>
    public static Hypervisor Simulated(string folder)
    {
        var simulated = new Simulated.SimulatedHypervisor(folder);
        return new("simulated:" + folder, simulated, simulated, simulated, SimulatedHomePort);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        EventChannels.Dispose();
        GuestMemory.Dispose();
        Domains.Dispose();
    }
}

sealed class NoHypervisor : IEventChannels, IGuestMemory, IDomains
{
    public FileDescriptor? Descriptor => null;
    public int BindInterdomain(ushort domid, uint port) => -Errno.ENXIO;
    public int BindVirq(uint virq) => -Errno.ENXIO;
    public void Unbind(int port) { }
    public void Notify(int port) { }
    public int ReadPending(Span<int> ports) => 0;
    public void Unmask(int port) { }

    public Mapping? MapStorePage(ushort domid, out int errno)
    {
        errno = Errno.ENXIO;
        return null;
    }

    public DomainState State(ushort domid) => domid < Wire.Domid.FirstReserved ? DomainState.Exists : DomainState.None;
    public void Dispose() { }
}
