using Xen.Hypervisor.Answers;

namespace Xen.Hypervisor;

/// <summary>Pages that guests share with the daemons.</summary>
public interface IGuestMemory : IDisposable
{
    /// <summary>Maps a page that a domain grants us; null and the errno if that fails.</summary>
    /// <param name="reference">Index in the domain's grant table, such as one of <see cref="ReservedGrant"/>.</param>
    GuestPage? MapGrant(ushort domid, uint reference, out int errno);

    /// <summary>
    /// Maps a domain's page by its frame number; null and the errno if that fails. Only a privileged domain may do this.
    /// </summary>
    GuestPage? MapFrame(ushort domid, ulong frame, out int errno);

    /// <summary>
    /// Maps the page through which a domain talks to the store; null and the errno if that fails. It is the domain's reserved grant. For
    /// the domain that we run in it is the page that our own kernel shares.
    /// </summary>
    GuestPage? MapStorePage(ushort domid, out int errno);
}
