namespace XenWatchdog.Evaluation;

/// <summary>An administrator's setting for a check.</summary>
/// <param name="Failures">How many failures in a row make the check fail; at least 1.</param>
sealed record CheckSetting(CheckMode Mode, int Failures);
