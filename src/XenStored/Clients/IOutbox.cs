using Xen.Protocol.Wire;

namespace XenStored.Clients;

/// <summary>Where the core leaves what clients are to receive. The order of the calls is the order of delivery to each client.</summary>
interface IOutbox
{
    /// <summary>The reply to the request at hand.</summary>
    void Reply(Session to, MessageHeader request, MessageType type, ReadOnlySpan<byte> payload);

    /// <summary>A watch event.</summary>
    /// <param name="payload"><c>path|token|</c>; at most <see cref="WireLimits.Payload"/> bytes.</param>
    /// <param name="merges">An event like one that still waits need not be sent again.</param>
    /// <param name="cause">Whose request it is, if a request's; null for the first event of a watch and for what the hypervisor
    /// told.</param>
    void Event(Session to, ReadOnlySpan<byte> payload, bool merges, Session? cause);
}
