namespace Xen.Hypervisor;

/// <summary>What the hypervisor says of itself in words.</summary>
public enum HostText
{
    /// <summary>Which kinds of guests it runs: <c>xen-3.0-x86_64 hvm-3.0-x86_64 …</c></summary>
    Capabilities,

    /// <summary>Its command line, as the boot loader gave it.</summary>
    CommandLine,
}
