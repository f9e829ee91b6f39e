namespace XenDomains.Facts;

/// <summary>An image of a guest in the save folder.</summary>
/// <param name="File">The path of the image.</param>
/// <param name="Fault">Why the image is not whole; null if it is whole.</param>
/// <param name="Disks">Whether the guest's disks were used since the image was made.</param>
/// <param name="Changed">A disk that was used since then; null if none was.</param>
sealed record SavedImage(string Name, string File, ImagePlace Place, string? Fault, DiskVerdict Disks, string? Changed, DateTime At,
    long Bytes)
{
    /// <summary>Names of the domains except dom0 that serve the guest's devices.</summary>
    internal IReadOnlyList<string> Backends { get; init; } = [];
}
