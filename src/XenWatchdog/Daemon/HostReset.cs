using XenWatchdog.Evaluation;
using XenWatchdog.Host;
using XenWatchdog.Timer;

namespace XenWatchdog.Daemon;

/// <summary>Lets the host be reset, or keeps it, as the decision says: the kicks stop or go on, and the host hears why.</summary>
sealed class HostReset(ResetDecision decision, Health health, Kicker kicker, ResetAnnouncer announcer)
{
    /// <summary>Decides by the present results.</summary>
    /// <param name="now">In UTC.</param>
    internal void Decide(DateTime now)
    {
        var step = decision.Take(health, Environment.TickCount64, kicker.Kicked);
        kicker.ResetReason = decision.IsLetGo ? decision.Reason : null;
        if (step == ResetStep.LetGo)
            announcer.Announce(decision.Reason!, now);
        else if (step == ResetStep.Saved)
            announcer.Withdraw(decision.Reason!);
    }
}
