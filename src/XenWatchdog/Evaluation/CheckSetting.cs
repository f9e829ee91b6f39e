namespace XenWatchdog.Evaluation;

/// <summary>What an administrator wants of a check.</summary>
/// <param name="Failures">So many in a row count as one failure; at least 1.</param>
sealed record CheckSetting(CheckMode Mode, int Failures);
