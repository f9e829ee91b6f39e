using Xen.Protocol.Wire;
using XenStored.Clients;

namespace XenStored.Surroundings;

/// <summary>Takes the replies and events for clients. Each client receives them in the order of the calls.</summary>
interface IOutbox
{
    /// <summary>The reply to the current request.</summary>
    void Reply(Session to, MessageHeader request, MessageType type, ReadOnlySpan<byte> payload);

    /// <summary>A watch event.</summary>
    /// <param name="payload"><c>path|token|</c>, at most <see cref="WireLimits.Payload"/> bytes.</param>
    /// <param name="merges">Whether the event may be left out if an equal one still waits.</param>
    /// <param name="cause">The connection whose request caused the event. Null for the first event of a watch and for events that the
    /// hypervisor caused.</param>
    void Event(Session to, ReadOnlySpan<byte> payload, bool merges, Session? cause);
}
