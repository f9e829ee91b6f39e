namespace XenWatchdog.Evaluation;

/// <summary>A check that exists.</summary>
/// <param name="Name">The name in options and in the status.</param>
/// <param name="About">What must hold, as a part of a sentence.</param>
/// <param name="Rounds">The check is made once in this many rounds.</param>
/// <param name="IsForGuests">The check also makes sense in a guest.</param>
/// <param name="Service">The service that may be restarted when the check has failed; null if there is none.</param>
sealed record CheckRule(string Name, Tier Tier, string About, int Rounds = 1, bool IsForGuests = false, string? Service = null);
