namespace XenWatchdog.Evaluation;

/// <summary>
/// The result of all checks together: whether the timer may be kicked, and which service must be restarted. Pure: results and times come
/// from outside.
/// </summary>
sealed class Health
{
    static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(1), LongestPause = TimeSpan.FromMinutes(16);

    readonly Dictionary<string, (TimeSpan Next, TimeSpan Pause)> restarts = new(StringComparer.Ordinal);

    /// <param name="checks">All checks. Those that are off are left out.</param>
    /// <param name="wereWell">Names of checks that an earlier process has seen well since the host was booted.</param>
    /// <param name="services">The services that may be restarted.</param>
    internal Health(
        IEnumerable<(CheckRule Rule, CheckSetting Setting)> checks, IReadOnlySet<string> wereWell, IReadOnlySet<string> services)
    {
        Services = services;
        Checks =
        [
            .. from check in checks
               where check.Setting.Mode != CheckMode.Off
               select new CheckState(check.Rule, check.Setting, wereWell.Contains(check.Rule.Name)),
        ];
    }

    internal IReadOnlyList<CheckState> Checks { get; }

    /// <summary>The services that may be restarted. Another store may have taken the place of ours meanwhile.</summary>
    internal IReadOnlySet<string> Services { get; set; }

    /// <summary>Why the host must be reset; null if there is no reason.</summary>
    internal string? ResetReason =>
        Checks.FirstOrDefault(IsReason) is { } check ? $"{check.Rule.Name}: {check.Fault}" : null;

    /// <summary>Every check that can reset the host was made, and none has begun to fail.</summary>
    internal bool IsWell =>
        Checks.Where(check => check.ResetsHost).All(check => check.At is not null && (check.Failures == 0 || !check.WasWell));

    /// <summary>Whether a failure of this check resets the host.</summary>
    internal bool ResetsFor(string name) => Checks.Any(check => check.Rule.Name == name && check.ResetsHost);

    /// <summary>
    /// Whether the service of a check must be restarted now. The pause doubles after each restart. After a recovery it begins with the
    /// first pause again.
    /// </summary>
    /// <param name="now">Time of a monotonic clock.</param>
    internal bool TakesRestart(CheckState check, TimeSpan now)
    {
        if (!IsRestartable(check))
            return false;
        string service = check.Rule.Service!;
        if (!NeedsRestart(check))
        {
            bool isWell = Checks.All(other => other.Rule.Service != service || other.Failures == 0);
            if (isWell && restarts.TryGetValue(service, out var last) && now >= last.Next)
                restarts.Remove(service);
            return false;
        }
        var (next, pause) = restarts.GetValueOrDefault(service, (now, FirstPause));
        if (now < next)
            return false;
        restarts[service] = (now + pause, pause < LongestPause ? pause * 2 : LongestPause);
        return true;
    }

    bool IsReason(CheckState check) => check is { WasWell: true, ResetsHost: true } && check.Failures >= FailuresOfReset(check);

    // What the host is reset for has its restart one failure later: its keeper or the init system may just have started it again.
    static bool NeedsRestart(CheckState check) =>
        check is { HasFailed: true, Rule.Tier: Tier.Service, Setting.Mode: CheckMode.Enforce }
        || check is { WasWell: true, ResetsHost: true } && check.Failures > check.Setting.Failures;

    // After a restart it takes as many failures again.
    int FailuresOfReset(CheckState check) => IsRestartable(check) ? 2 * check.Setting.Failures + 1 : check.Setting.Failures;

    bool IsRestartable(CheckState check) => check.Rule.Service is { } service && Services.Contains(service);
}
