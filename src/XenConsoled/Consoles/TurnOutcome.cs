namespace XenConsoled.Consoles;

/// <summary>What the scheduler does after a console's turn.</summary>
/// <param name="Unmasks">The port is unmasked before the loop sleeps.</param>
/// <param name="Next">When the next turn is, in microseconds of the scheduler's clock; null: after the next event.</param>
/// <param name="ExpectsMore">The guest wrote something, and may write more in a moment.</param>
readonly record struct TurnOutcome(bool Unmasks, long? Next = null, bool ExpectsMore = false);
