namespace Xen.Hypervisor.Linux;

/// <summary>One hypercall with a structure as its argument.</summary>
/// <param name="number">Which (<see cref="Xen"/>).</param>
/// <param name="argument">The structure; what the hypervisor changed in it is there afterwards.</param>
readonly ref struct Hypercall(uint number, Span<byte> argument)
{
    internal uint Number { get; } = number;
    internal Span<byte> Argument { get; } = argument;

    /// <summary>The operation, for hypercalls that take it before the structure.</summary>
    internal uint? Operation { get; init; }

    /// <summary>How many structures, for hypercalls that take it after them.</summary>
    internal uint Count { get; init; }

    /// <summary>The count is taken before the structure and not after it.</summary>
    internal bool CountComesFirst { get; init; }

    /// <summary>A buffer that the structure points to; what the hypervisor wrote is there afterwards.</summary>
    internal Span<byte> Buffer { get; init; }

    /// <summary>Where in the structure the pointer to the buffer is to be.</summary>
    internal int BufferPointer { get; init; }
}
