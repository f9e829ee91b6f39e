namespace Xen.Hypervisor.Answers;

/// <summary>The texts in which the hypervisor describes itself.</summary>
public enum HostText
{
    /// <summary>Which kinds of guests it runs: <c>xen-3.0-x86_64 hvm-3.0-x86_64 …</c></summary>
    Capabilities,

    /// <summary>Its command line, as the boot loader gave it.</summary>
    CommandLine,
}
