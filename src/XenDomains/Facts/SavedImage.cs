namespace XenDomains.Facts;

/// <summary>An image of a guest in the save folder.</summary>
/// <param name="Name">The guest's name: from the image, else what the name of the file means.</param>
/// <param name="File">The path of the image.</param>
/// <param name="Fault">Why the image is not whole; null if it is whole.</param>
/// <param name="Disks">Whether the guest's disks were used since the image was made.</param>
/// <param name="Changed">A disk that was used since then; null if none was.</param>
sealed record SavedImage(string Name, string File, ImagePlace Place, string? Fault, DiskVerdict Disks, string? Changed, DateTime At,
    long Bytes)
{
    /// <summary>Names of the domains except dom0 that serve the guest's devices.</summary>
    internal IReadOnlyList<string> Backends { get; init; } = [];

    /// <summary>Other guests that the image may be of. It does not name its guest, and the name of its file has several meanings.</summary>
    internal IReadOnlyList<string> OtherNames { get; init; } = [];

    /// <summary>The image could not be read, so it may be whole.</summary>
    internal bool IsUnread { get; init; }

    /// <summary>The image is not whole, and never was.</summary>
    internal bool IsHalf => Place == ImagePlace.Saving && Fault is not null && !IsUnread && OtherNames.Count == 0;

    /// <summary>The image is of this guest and of no other.</summary>
    internal bool IsOf(string guest) => Name == guest && OtherNames.Count == 0;

    /// <summary>The image is of this guest, or may be.</summary>
    internal bool MayBeOf(string guest) => Name == guest || OtherNames.Contains(guest);
}
