namespace Xen.Support;

/// <summary>How a kernel uses its ring, as its sources have it.</summary>
/// <param name="InPieces">It puts and takes what fits; else only whole messages, so that one longer than the ring never arrives.</param>
/// <param name="Requests">Whether it announces what it asks.</param>
/// <param name="Reads">Whether it announces that it has read.</param>
public sealed record RingHabits(bool InPieces, Announces Requests, Announces Reads)
{
    /// <summary>It says too much rather than too little.</summary>
    public static RingHabits Plain { get; } = new(true, Announces.Always, Announces.Always);
}
