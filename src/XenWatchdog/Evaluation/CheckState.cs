namespace XenWatchdog.Evaluation;

/// <summary>What the last results of a check mean.</summary>
/// <param name="wasWell">
/// It was well once since the host was booted. A check that was never well is a fault of the settings, and a reset would cure nothing.
/// </param>
sealed class CheckState(CheckRule rule, CheckSetting setting, bool wasWell)
{
    internal CheckRule Rule { get; } = rule;
    internal CheckSetting Setting { get; } = setting;

    /// <summary>It was well once since the host was booted.</summary>
    internal bool WasWell { get; private set; } = wasWell;

    /// <summary>When it was last made; null: not yet.</summary>
    internal DateTime? At { get; private set; }

    /// <summary>What was wrong then; null: nothing.</summary>
    internal string? Fault { get; private set; }

    /// <summary>How often in a row something was wrong.</summary>
    internal int Failures { get; private set; }

    /// <summary>Since when something is wrong; null: nothing is.</summary>
    internal DateTime? Since { get; private set; }

    /// <summary>It failed often enough to count.</summary>
    internal bool HasFailed => Failures >= Setting.Failures;

    /// <summary>It is one for which the host is reset.</summary>
    internal bool ResetsHost => this is { Rule.Tier: Tier.Host, Setting.Mode: CheckMode.Enforce };

    /// <summary>What is done about it: a warning is only reported, whatever the setting.</summary>
    internal CheckMode Mode => Rule.Tier == Tier.Warning ? CheckMode.Report : Setting.Mode;

    /// <summary>Takes a result; answers whether it has failed or recovered by that.</summary>
    internal CheckChange Take(string? fault, DateTime now)
    {
        bool had = HasFailed;
        (At, Fault) = (now, fault);
        WasWell |= fault is null;
        Failures = fault is null ? 0 : Failures + 1;
        Since = fault is null ? null : Since ?? now;
        return had == HasFailed ? CheckChange.None : had ? CheckChange.Recovered : CheckChange.Failed;
    }
}
