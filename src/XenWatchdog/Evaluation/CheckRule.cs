namespace XenWatchdog.Evaluation;

/// <summary>A check that there is.</summary>
/// <param name="Name">By which options and the status call it.</param>
/// <param name="About">What must hold, as a part of a sentence.</param>
/// <param name="Rounds">It is made in every so many rounds.</param>
/// <param name="IsForGuests">It makes sense in a domain that is not the host's own, too.</param>
sealed record CheckRule(string Name, Tier Tier, string About, int Rounds = 1, bool IsForGuests = false);
