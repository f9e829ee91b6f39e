namespace XenWatchdog.Evaluation;

/// <summary>The state of a check after its last results.</summary>
/// <param name="wasWell">
/// It was well once since the host was booted. A check that was never well is a fault of the settings, and a reset would not help.
/// </param>
sealed class CheckState(CheckRule rule, CheckSetting setting, bool wasWell)
{
    internal CheckRule Rule { get; } = rule;
    internal CheckSetting Setting { get; } = setting;

    /// <summary>It was well once since the host was booted.</summary>
    internal bool WasWell { get; private set; } = wasWell;

    /// <summary>When it was last made; null: not yet.</summary>
    internal DateTime? At { get; private set; }

    /// <summary>The fault of the last result; null: there was none.</summary>
    internal string? Fault { get; private set; }

    /// <summary>How many failures there were in a row.</summary>
    internal int Failures { get; private set; }

    /// <summary>When the first of these failures was; null: there is none.</summary>
    internal DateTime? Since { get; private set; }

    /// <summary>It failed often enough to count.</summary>
    internal bool HasFailed => Failures >= Setting.Failures;

    /// <summary>Its failure resets the host.</summary>
    internal bool ResetsHost => this is { Rule.Tier: Tier.Host, Setting.Mode: CheckMode.Enforce };

    /// <summary>How it is handled. A warning is only reported, whatever the setting.</summary>
    internal CheckMode Mode => Rule.Tier == Tier.Warning ? CheckMode.Report : Setting.Mode;

    /// <summary>Takes a result, and returns whether the check has failed or recovered with it.</summary>
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
