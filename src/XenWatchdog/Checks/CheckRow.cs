using XenWatchdog.Evaluation;

namespace XenWatchdog.Checks;

/// <summary>A check: its rule, and how to make it.</summary>
sealed record CheckRow(CheckRule Rule, Func<CheckContext, ICheck> Make);
