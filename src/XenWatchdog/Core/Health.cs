namespace XenWatchdog.Core;

/// <summary>What the last results of a check mean.</summary>
sealed class CheckState(CheckRule rule, CheckSetting setting)
{
    internal CheckRule Rule { get; } = rule;
    internal CheckSetting Setting { get; } = setting;

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

    readonly Dictionary<string, (DateTime Next, TimeSpan Pause)> restarts = new(StringComparer.Ordinal);

    internal Health(IEnumerable<(CheckRule Rule, CheckSetting Setting)> checks) =>
        Checks = [.. checks.Where(check => check.Setting.Mode != CheckMode.Off).Select(check => new CheckState(check.Rule, check.Setting))];

    internal IReadOnlyList<CheckState> Checks { get; }

    /// <summary>Why the host is not worth being kept; null if it is.</summary>
    internal string? Doom => Checks.FirstOrDefault(check => check is { HasFailed: true, Rule.Tier: Tier.Host, Setting.Mode: CheckMode.Enforce }) is { } check
        ? $"{check.Rule.Name}: {check.Fault}"
        : null;

    internal CheckState? Of(CheckRule rule) => Checks.FirstOrDefault(check => check.Rule == rule);

    /// <summary>
    /// Whether a check's service is to be restarted now. After each try the next has to wait twice as long, and what has recovered begins anew.
    /// </summary>
    internal bool TakesRestart(CheckState check, DateTime now)
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
