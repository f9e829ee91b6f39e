using Xen.Linux;

namespace Xen.Hypervisor.Linux.Calls;

/// <summary>
/// Memory that the hypervisor reads and writes during a hypercall. No page of it may be missing then, because nobody could bring it in. So
/// the pages are the kernel's own, from /dev/xen/hypercall (Linux 4.18 on), or else locked memory that no child process shares.
/// </summary>
sealed unsafe class HypercallMemory : IDisposable
{
    readonly FileDescriptor? device;
    readonly Mapping mapping;

    internal HypercallMemory(int pages)
    {
        int length = pages * GuestPage.Size;
        device = FileDescriptor.TryOpenReadWrite("/dev/xen/hypercall", out _);
        var kernelPages = device is null ? null : Mapping.TryMap(device, length, 0, out _);
        MayMove = kernelPages is null;
        mapping = kernelPages ?? Mapping.Locked(length);
        Bytes(length).Clear(); // touches each page
    }

    /// <summary>The memory is only locked: the kernel may move a page, and a hypercall at that moment fails with EFAULT.</summary>
    internal bool MayMove { get; }

    internal byte* Start => mapping.Start;

    internal int Length => (int)mapping.Length;

    /// <summary>The first <paramref name="length"/> bytes.</summary>
    internal Span<byte> Bytes(int length) => mapping.Bytes(length);

    public void Dispose()
    {
        mapping.Dispose();
        device?.Dispose();
    }
}
