using Xen.Linux;

namespace Xen.Hypervisor.Linux;

/// <summary>
/// Memory that the hypervisor may read and write during a hypercall, when nobody can bring in a missing page: the kernel's own pages from
/// /dev/xen/hypercall (Linux 4.18 on), else locked memory that no child process shares.
/// </summary>
sealed unsafe class HypercallMemory : IDisposable
{
    readonly FileDescriptor? device;
    readonly Mapping mapping;

    internal HypercallMemory(int pages)
    {
        int length = pages * GuestPage.Size;
        device = FileDescriptor.TryOpenReadWrite("/dev/xen/hypercall", out _);
        var kernels = device is null ? null : Mapping.TryMap(device, length, 0, out _);
        MayMove = kernels is null;
        mapping = kernels ?? Mapping.Locked(length);
        Bytes(length).Clear(); // touches each page
    }

    /// <summary>It is locked only: the kernel may put a page elsewhere for a moment, and a hypercall then fails with EFAULT.</summary>
    internal bool MayMove { get; }

    /// <summary>Where it begins.</summary>
    internal byte* Start => mapping.Start;

    /// <summary>Bytes of it all.</summary>
    internal int Length => (int)mapping.Length;

    /// <summary>The first <paramref name="length"/> bytes.</summary>
    internal Span<byte> Bytes(int length) => mapping.Bytes(length);

    public void Dispose()
    {
        mapping.Dispose();
        device?.Dispose();
    }
}
