using XenStored.Tree.Storage.MappedFile;

namespace XenStored.Connections.Transports;

/// <summary>How far a guest's ring is served: what another process needs to go on with it.</summary>
/// <param name="Consumed">The index behind the last request byte that was taken.</param>
/// <param name="Produced">The index behind the last byte that was put for the guest.</param>
/// <param name="Sent">The bytes that were ever put for the guest, modulo 2^32.</param>
/// <param name="Phase">What the page has to be told, if it is not told yet.</param>
readonly record struct RingRecord(uint Consumed, uint Produced, uint Sent, RingPhase Phase)
{
    internal static RingRecord Of(SlotNumbers numbers) => new(numbers.First, numbers.Second, numbers.Third, (RingPhase)numbers.Fourth);

    internal SlotNumbers Numbers => new(Consumed, Produced, Sent, (uint)Phase);
}
