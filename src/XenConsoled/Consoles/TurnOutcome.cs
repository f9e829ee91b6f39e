namespace XenConsoled.Consoles;

/// <summary>What the scheduler does after a console's turn.</summary>
/// <param name="Unmasks">The port is unmasked.</param>
/// <param name="Next">When the next turn is, in microseconds of the scheduler's clock; null: after the next event.</param>
readonly record struct TurnOutcome(bool Unmasks, long? Next = null);
