namespace Xen.Hypervisor.Answers;

/// <summary>Grants that the toolstack makes for every guest (public/grant_table.h).</summary>
public static class ReservedGrant
{
    /// <summary>The console's page (GNTTAB_RESERVED_CONSOLE).</summary>
    public const uint Console = 0;
    /// <summary>The store's page (GNTTAB_RESERVED_XENSTORE).</summary>
    public const uint Store = 1;
}
