namespace XenWatchdog.Evaluation;

/// <summary>
/// What all checks together mean: whether the timer may be kicked, and which service is to be restarted. Pure: results and times come from
/// outside.
/// </summary>
sealed class Health
{
    static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(1), LongestPause = TimeSpan.FromMinutes(16);

    readonly Dictionary<string, (TimeSpan Next, TimeSpan Pause)> restarts = new(StringComparer.Ordinal);

    /// <param name="checks">All checks; those that are off are left out.</param>
    /// <param name="wereWell">Names of checks that an earlier process has seen well since the host was booted.</param>
    internal Health(IEnumerable<(CheckRule Rule, CheckSetting Setting)> checks, IReadOnlySet<string> wereWell) =>
        Checks =
        [
            .. from check in checks
               where check.Setting.Mode != CheckMode.Off
               select new CheckState(check.Rule, check.Setting, wereWell.Contains(check.Rule.Name)),
        ];

    internal IReadOnlyList<CheckState> Checks { get; }

    /// <summary>Why the host is to be reset; null if it is to be kept.</summary>
    internal string? ResetReason =>
        Checks.FirstOrDefault(check => check is { HasFailed: true, WasWell: true, ResetsHost: true }) is { } check
            ? $"{check.Rule.Name}: {check.Fault}"
            : null;

    /// <summary>Each check for which the host is reset has been made, and none is on its way to fail.</summary>
    internal bool IsWell =>
        Checks.Where(check => check.ResetsHost).All(check => check.At is not null && (check.Failures == 0 || !check.WasWell));

    /// <summary>The host is reset when the check of that name fails.</summary>
    internal bool ResetsFor(string name) => Checks.Any(check => check.Rule.Name == name && check.ResetsHost);

    /// <summary>
    /// Whether a check's service is to be restarted now. After each try the next has to wait twice as long, and what has recovered begins
    /// anew.
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
