using Xen.Posix;

namespace Xen.Hypervisor;

/// <summary>Pages that guests share with the daemons.</summary>
public interface IGuestMemory : IDisposable
{
    /// <summary>Maps the page through which a domain talks to the store (its grant 1); null and the errno if that fails.</summary>
    Mapping? MapStorePage(ushort domid, out int errno);
}
