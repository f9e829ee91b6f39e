namespace XenCommons.Findings;

/// <summary>Something that the check found.</summary>
/// <param name="Topic">A word to filter by.</param>
/// <param name="What">The fault, as a sentence.</param>
/// <param name="Remedy">What to do.</param>
/// <param name="Source">Where the fault was read.</param>
sealed record Finding(Severity Severity, string Topic, string What, string Remedy, string Source)
{
    /// <summary>The finding for a user who is not root.</summary>
    internal static readonly Finding OnlyRoot =
        new(Severity.Remark, "root", "neither the hypervisor nor the store was asked: only root may", "run it as root",
            "/dev/xen/privcmd, the store's socket");
}
