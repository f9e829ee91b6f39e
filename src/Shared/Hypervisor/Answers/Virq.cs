namespace Xen.Hypervisor.Answers;

/// <summary>Interrupts of the hypervisor. One domain may bind each, and only once (public/xen.h).</summary>
public static class Virq
{
    /// <summary>A domain was made, shut down or died.</summary>
    public const uint DomainException = 3;
    /// <summary>The hypervisor's console ring has new text.</summary>
    public const uint ConsoleRing = 8;
    /// <summary>The hypervisor is low on memory.</summary>
    public const uint OutOfMemory = 12;
}
