using XenWatchdog.Evaluation;

namespace XenWatchdog.Checks;

/// <summary>A check: its rule, and how it is made.</summary>
sealed record CheckRow(CheckRule Rule, Func<CheckContext, ICheck> Make);
