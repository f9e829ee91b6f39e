using Xen.Linux;

namespace Xen.Hypervisor;

/// <summary>
/// A page that a guest shares with us. The guest may change it at any instant. Disposing unmaps the page; its domain cannot die completely
/// before that. No span of the page may be used afterwards.
/// </summary>
/// <param name="mapping">Where it is mapped. The page owns the mapping from now on.</param>
/// <param name="unmapped">Called after the mapping is gone, to give the grant or frame back.</param>
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
