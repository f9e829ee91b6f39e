namespace Xen.Hypervisor.Linux.Calls;

/// <summary>
/// The version of an interface that changes with Xen's releases (domctl, sysctl). The hypervisor takes exactly one version and answers
/// EACCES to any other. The running release says which one to expect. If that one is refused, which happens with a release that we do not
/// know, the versions beside it are tried, the nearest first.
/// </summary>
/// <param name="expected">The version that the running release should have.</param>
sealed class InterfaceVersion(uint expected)
{
    const uint Oldest = 0x11, Newest = 0x20;

    readonly List<uint> candidates =
    [
        expected,
        .. Enumerable.Range(1, (int)(Newest - Oldest))
            .SelectMany(distance => new[] { expected + (uint)distance, expected - (uint)distance })
            .Where(version => version is >= Oldest and <= Newest),
    ];
    int current;

    /// <summary>The version to use now.</summary>
    internal uint Value => candidates[current];

    /// <summary>
    /// Goes to the next version, after the hypervisor refused <see cref="Value"/>. False: all were tried, and the first is used again.
    /// </summary>
    internal bool TryNext()
    {
        current = (current + 1) % candidates.Count;
        return current != 0;
    }

    /// <summary>domctl's version of a release 4.<paramref name="minor"/>.</summary>
    internal static InterfaceVersion OfDomctl(int minor) => new(minor switch
    {
        <= 12 => 0x11,
        13 or 14 => 0x12,
        15 => 0x13,
        16 => 0x14,
        17 => 0x15,
        18 => 0x16,
        19 or 20 or 21 => 0x17,
        _ => 0x18,
    });

    /// <summary>sysctl's version of a release 4.<paramref name="minor"/>.</summary>
    internal static InterfaceVersion OfSysctl(int minor) => new(minor switch
    {
        <= 13 => 0x12,
        14 or 15 => 0x13,
        16 => 0x14,
        >= 17 and <= 20 => 0x15,
        _ => 0x16,
    });
}
