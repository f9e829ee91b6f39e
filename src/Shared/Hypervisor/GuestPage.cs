using Xen.Linux;

namespace Xen.Hypervisor;

/// <summary>
/// A page that a guest shares with us and may change at any instant. Disposing unmaps it and gives it back: until then its domain cannot
/// die wholly. No span of it may live on.
/// </summary>
/// <param name="mapping">Where it is mapped; owned from now on.</param>
/// <param name="unmapped">Called after the mapping is gone, to give back what stands behind it.</param>
public sealed class GuestPage(Mapping mapping, Action? unmapped = null) : IDisposable
{
    /// <summary>Bytes of a page (XEN_PAGE_SIZE; equal on every machine that Xen runs on).</summary>
    public const int Size = 4096;

    Action? unmapped = unmapped;

    /// <summary>The page's bytes.</summary>
    public Span<byte> Bytes => mapping.Bytes(Size);

    /// <inheritdoc/>
    public void Dispose()
    {
        mapping.Dispose();
        unmapped?.Invoke();
        unmapped = null;
    }
}
