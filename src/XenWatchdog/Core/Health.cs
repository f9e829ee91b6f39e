namespace XenWatchdog.Core;

/// <summary>What the last results of a check mean.</summary>
/// <param name="wasWell">It was once since the host was booted: what was never well is a fault of the settings, and a reset would cure nothing.</param>
sealed class CheckState(CheckRule rule, CheckSetting setting, bool wasWell)
{
    internal CheckRule Rule { get; } = rule;
    internal CheckSetting Setting { get; } = setting;

    /// <summary>It was well once.</summary>
    internal bool WasWell { get; private set; } = wasWell;

    /// <summary>When it was last made; null: not yet.</summary>
    internal DateTime? At { get; private set; }

    /// <summary>What was wrong then; null: nothing.</summary>
    internal string? Fault { get; private set; }

    /// <summary>How often in a row something was.</summary>
    internal int Failures { get; private set; }

    /// <summary>Since when.</summary>
    internal DateTime? Since { get; private set; }

    /// <summary>Often enough to count.</summary>
    internal bool HasFailed => Failures >= Setting.Failures;

    /// <summary>Takes a result; answers whether it has failed or recovered by that.</summary>
    internal Change Take(string? fault, DateTime now)
    {
        bool had = HasFailed;
        (At, Fault) = (now, fault);
        WasWell |= fault is null;
        Failures = fault is null ? 0 : Failures + 1;
        Since = fault is null ? null : Since ?? now;
        return had == HasFailed ? Change.None : had ? Change.Recovered : Change.Failed;
    }
}

/// <summary>What a result has changed.</summary>
enum Change { None, Failed, Recovered }

/// <summary>
/// What all checks together mean: whether the timer may be wound up, and which service is to be restarted. Pure: results and times come from outside.
/// </summary>
sealed class Health
{
    static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(1), LongestPause = TimeSpan.FromMinutes(16);

    readonly Dictionary<string, (TimeSpan Next, TimeSpan Pause)> restarts = new(StringComparer.Ordinal);

    /// <param name="wereWell">Names of checks that an earlier process has seen well since the host was booted.</param>
    internal Health(IEnumerable<(CheckRule Rule, CheckSetting Setting)> checks, IReadOnlySet<string> wereWell) =>
        Checks = [.. checks.Where(check => check.Setting.Mode != CheckMode.Off).Select(check => new CheckState(check.Rule, check.Setting, wereWell.Contains(check.Rule.Name)))];

    internal IReadOnlyList<CheckState> Checks { get; }

    /// <summary>Why the host is not worth being kept; null if it is.</summary>
    internal string? Doom => Checks.FirstOrDefault(check => check is { HasFailed: true, WasWell: true, Rule.Tier: Tier.Host, Setting.Mode: CheckMode.Enforce }) is { } check
        ? $"{check.Rule.Name}: {check.Fault}"
        : null;

    /// <summary>Each check that could doom the host has been made, and none is on its way to.</summary>
    internal bool IsWell => Checks.All(check => check is not { Rule.Tier: Tier.Host, Setting.Mode: CheckMode.Enforce } || check.At is not null && (check.Failures == 0 || !check.WasWell));

    internal CheckState? Of(CheckRule rule) => Checks.FirstOrDefault(check => check.Rule == rule);

    /// <summary>
    /// Whether a check's service is to be restarted now. After each try the next has to wait twice as long, and what has recovered begins anew.
    /// </summary>
    /// <param name="now">On a clock that nobody sets.</param>
    internal bool TakesRestart(CheckState check, TimeSpan now)
    {
        if (check is not { HasFailed: true, Rule.Tier: Tier.Service, Setting.Mode: CheckMode.Enforce })
        {
            if (check.Failures == 0 && restarts.TryGetValue(check.Rule.Name, out var last) && now >= last.Next)
                restarts.Remove(check.Rule.Name);
            return false;
        }
        var (next, pause) = restarts.GetValueOrDefault(check.Rule.Name, (now, FirstPause));
        if (now < next)
            return false;
        restarts[check.Rule.Name] = (now + pause, pause < LongestPause ? pause * 2 : LongestPause);
        return true;
    }
}
