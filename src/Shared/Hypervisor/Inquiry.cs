namespace Xen.Hypervisor;

/// <summary>The parts of the hypervisor that only answer questions. One thread at a time may use it.</summary>
public sealed record Inquiry(IDomains Domains, IHostInfo Host, IWatchdogTimer WatchdogTimer);
