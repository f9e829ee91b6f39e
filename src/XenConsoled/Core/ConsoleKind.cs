namespace XenConsoled.Core;

/// <summary>Which of a domain's consoles.</summary>
enum ConsoleKind : byte
{
    /// <summary>The console that every guest has.</summary>
    Pv,
    /// <summary>The emulated serial line of an Arm guest (SBSA UART).</summary>
    Vuart,
}

/// <summary>A console by its place: ids of domains are used again.</summary>
readonly record struct ConsoleId(ushort Domid, ConsoleKind Kind)
{
    /// <summary>Its node in the store.</summary>
    internal string Node => Kind == ConsoleKind.Pv ? $"/local/domain/{Domid}/console" : $"/local/domain/{Domid}/vuart/0";

    /// <summary>As it is called in logs and file names: <c>3.pv</c>.</summary>
    public override string ToString() => $"{Domid}.{(Kind == ConsoleKind.Pv ? "pv" : "vuart")}";
}

/// <summary>Who a domain is. Two domains that had the same id differ in one of the others.</summary>
/// <param name="UniqueId">The hypervisor's; 0 before Xen 4.21.</param>
/// <param name="Handle">The toolstack's UUID.</param>
readonly record struct DomainIdentity(ushort Domid, ulong UniqueId, Guid Handle)
{
    /// <summary>Whether both are one domain. A toolstack may give a living domain another UUID; the hypervisor's id is for good, where it tells one.</summary>
    internal bool IsSame(in DomainIdentity other) =>
        Domid == other.Domid && UniqueId == other.UniqueId && (UniqueId != 0 || Handle == other.Handle);
}

/// <summary>What the store says of a console.</summary>
/// <param name="Name">The domain's name; "unknown" while it has none.</param>
/// <param name="RingRef">Frame number of its page.</param>
/// <param name="Port">The guest's event channel.</param>
/// <param name="IsOurs">It is not another program's (type ioemu).</param>
/// <param name="Limit">Bytes of output that may wait for a viewer.</param>
readonly record struct ConsoleKeys(string Name, ulong RingRef, uint Port, bool IsOurs, int Limit);
