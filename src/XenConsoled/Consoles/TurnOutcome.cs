namespace XenConsoled.Consoles;

/// <summary>What a console's turn asks of the scheduler.</summary>
/// <param name="Unmasks">Its port may be pending again.</param>
/// <param name="Next">When it wants its next turn, in microseconds of the scheduler's clock; null for when something happens to it.</param>
readonly record struct TurnOutcome(bool Unmasks, long? Next = null);
