namespace Xen.Hypervisor;

/// <summary>
/// The only way to Xen. Daemons take it as an argument, so that each runs on a simulated one as well.
/// </summary>
/// <param name="Name">How the administrator chose it, and which it is.</param>
/// <param name="HomePort">The port of the store's own domain's ring; 0 if that has none.</param>
public sealed record HypervisorInterface(string Name, IEventChannels EventChannels, IGuestMemory GuestMemory, IDomains Domains, IHostInfo Host,
    IWatchdogTimer WatchdogTimer, uint HomePort) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        EventChannels.Dispose();
        GuestMemory.Dispose();
        Domains.Dispose();
    }
}
