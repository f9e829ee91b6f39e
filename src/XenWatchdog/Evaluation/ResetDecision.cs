namespace XenWatchdog.Evaluation;

/// <summary>
/// Decides whether the timer is kicked. A host that was let go is kicked again when it is well. It counts as saved only after a kick has
/// succeeded. Pure.
/// </summary>
/// <param name="reason">Why an earlier process of this boot has let the host go, if that still holds; null if not.</param>
sealed class ResetDecision(string? reason)
{
    enum State { Kept, LetGo, KickedAgain }

    State state = reason is null ? State.Kept : State.LetGo;
    long kickedAgain;

    /// <summary>Why the host was last let go; null: it never was.</summary>
    internal string? Reason { get; private set; } = reason;

    /// <summary>The timer must not be kicked.</summary>
    internal bool IsLetGo => state == State.LetGo;

    /// <summary>Takes the present results of the checks, and returns the next step.</summary>
    /// <param name="health">The result of all checks.</param>
    /// <param name="now">Milliseconds of a monotonic clock.</param>
    /// <param name="kicked">When the timer was last kicked, on the same clock.</param>
    internal ResetStep Take(Health health, long now, long kicked)
    {
        if (state != State.LetGo && health.ResetReason is { } reset)
        {
            (state, Reason) = (State.LetGo, reset);
            return ResetStep.LetGo;
        }
        if (state == State.LetGo && health is { ResetReason: null, IsWell: true })
        {
            (state, kickedAgain) = (State.KickedAgain, now);
            return ResetStep.KickAgain;
        }
        if (state != State.KickedAgain || kicked <= kickedAgain)
            return ResetStep.None;
        state = State.Kept;
        return ResetStep.Saved;
    }
}
