using XenStored.Tree.Storage.InPlace;

namespace XenStored.Connections.Transports;

/// <summary>How far a client on the socket is served: what another process needs to go on with it.</summary>
/// <param name="Sent">The bytes that were ever sent to it, modulo 2^32.</param>
/// <param name="LastTransaction">The highest number of a transaction that it was given.</param>
/// <param name="Tag">Of the client, by which a number that the slot's owner before has left is known.</param>
readonly record struct SocketRecord(uint Sent, uint LastTransaction, uint Tag)
{
    internal static SocketRecord Of(SlotNumbers numbers) => new(numbers.First, numbers.Second, numbers.Third);

    internal SlotNumbers Numbers => new(Sent, LastTransaction, Tag);
}
