namespace Xen.Hypervisor;

/// <summary>What the hypervisor can be asked without taking anything of it. Not for several threads at once.</summary>
public sealed record Inquiry(IDomains Domains, IHostInfo Host, IWatchdogTimer WatchdogTimer);
