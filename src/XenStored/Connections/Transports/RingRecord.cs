using XenStored.Tree.Storage.InPlace;

namespace XenStored.Connections.Transports;

/// <summary>How far a guest's ring is served: what another process needs to go on with it.</summary>
/// <param name="Consumed">The index behind the last request byte that was taken.</param>
/// <param name="Produced">The index behind the last byte that was put for the guest.</param>
/// <param name="Sent">The bytes that were ever put for the guest, modulo 2^32.</param>
/// <param name="Phase">What the page has to be told, if it is not told yet.</param>
readonly record struct RingRecord(uint Consumed, uint Produced, uint Sent, RingPhase Phase)
{
    internal static RingRecord Of(SlotNumbers numbers) => new(numbers.First, numbers.Second, numbers.Third, (RingPhase)numbers.Fourth);

    /// <summary>
    /// The record with what a guest has written over: the page has the indices of the last publish, or of the one before if the process
    /// died in between; else the guest has changed them.
    /// </summary>
    /// <param name="page">Our indices, as the page has them.</param>
    /// <param name="requestsProduced">The guest's index behind its last request.</param>
    /// <param name="before">The record before this one.</param>
    internal RingRecord Following((uint Consumed, uint Produced) page, uint requestsProduced, RingRecord before)
    {
        bool isEmptied = requestsProduced - before.Consumed < Consumed - before.Consumed; // we took what it never put
        return this with
        {
            Consumed = isEmptied || page.Consumed != before.Consumed ? page.Consumed : Consumed,
            Produced = isEmptied || page.Produced != before.Produced ? page.Produced : Produced,
        };
    }

    internal SlotNumbers Numbers => new(Consumed, Produced, Sent, (uint)Phase);
}
