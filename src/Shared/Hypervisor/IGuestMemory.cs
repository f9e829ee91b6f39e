namespace Xen.Hypervisor;

/// <summary>Pages that guests share with the daemons.</summary>
public interface IGuestMemory : IDisposable
{
    /// <summary>Maps a page that a domain grants us; null and the errno if that fails.</summary>
    /// <param name="reference">Index in the domain's grant table; see <see cref="ReservedGrant"/>.</param>
    GuestPage? MapGrant(ushort domid, uint reference, out int errno);

    /// <summary>Maps a domain's page by its frame number, as a privileged domain may; null and the errno if that fails.</summary>
    GuestPage? MapFrame(ushort domid, ulong frame, out int errno);

    /// <summary>
    /// Maps the page through which a domain talks to the store: its reserved grant, or for the domain that we run in, the page that our own
    /// kernel shares. Null and the errno if that fails.
    /// </summary>
    GuestPage? MapStorePage(ushort domid, out int errno);
}
