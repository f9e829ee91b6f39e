namespace Xen.Hypervisor;

/// <summary>
/// The only way to Xen. Daemons take it as an argument, so that each daemon also runs on a simulated hypervisor.
/// </summary>
/// <param name="Name">Its name in logs: <c>Xen 4.17.7</c>, <c>none</c> or <c>simulated:FOLDER</c>.</param>
/// <param name="HomePort">The port of the ring of the store's own domain; 0 if that domain has none.</param>
public sealed record HypervisorInterface(
    string Name, IEventChannels EventChannels, IGuestMemory GuestMemory, IDomains Domains, IHostInfo Host,
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
