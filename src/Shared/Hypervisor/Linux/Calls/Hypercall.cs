namespace Xen.Hypervisor.Linux.Calls;

/// <summary>One hypercall with a structure as its argument.</summary>
/// <param name="number">The hypercall's number (<see cref="Layouts.XenNumbers"/>).</param>
/// <param name="argument">The structure. Afterwards it has what the hypervisor changed.</param>
readonly ref struct Hypercall(uint number, Span<byte> argument)
{
    internal uint Number { get; } = number;
    internal Span<byte> Argument { get; } = argument;

    /// <summary>The operation, for hypercalls that take one. It stands before the structure.</summary>
    internal uint? Operation { get; init; }

    /// <summary>The number of structures or bytes, for hypercalls that take one. It stands after the structure.</summary>
    internal uint Count { get; init; }

    /// <summary>The count stands before the structure, not after it.</summary>
    internal bool CountComesFirst { get; init; }

    /// <summary>A buffer that the structure points to. Afterwards it has what the hypervisor wrote.</summary>
    internal Span<byte> Buffer { get; init; }

    /// <summary>The offset in the structure of the pointer to the buffer.</summary>
    internal int BufferPointer { get; init; }
}
