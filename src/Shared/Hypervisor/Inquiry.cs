namespace Xen.Hypervisor;

/// <summary>
/// The parts of the hypervisor that only answer questions. One thread at a time may use it. Dispose it where a process asks repeatedly:
/// it has a device and pages that are locked in memory.
/// </summary>
/// <param name="Device">What the parts ask through; null if they own all that they have.</param>
public sealed record Inquiry(IDomains Domains, IHostInfo Host, IWatchdogTimer WatchdogTimer, IDisposable? Device = null) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Domains.Dispose();
        Device?.Dispose();
    }
}
