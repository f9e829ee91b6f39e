namespace XenDomains.Facts;

/// <summary>An image of a guest in the save folder.</summary>
/// <param name="File">Where it is.</param>
/// <param name="Fault">Why it is no whole image; null if it is one.</param>
/// <param name="Disks">Whether the disks were used since.</param>
/// <param name="Changed">The disk that was.</param>
sealed record SavedImage(string Name, string File, ImagePlace Place, string? Fault, DiskVerdict Disks, string? Changed, DateTime At,
    long Bytes)
{
    /// <summary>Names of the domains beside dom0 that serve its guest's devices.</summary>
    internal IReadOnlyList<string> Backends { get; init; } = [];
}
