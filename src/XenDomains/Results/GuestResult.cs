namespace XenDomains.Results;

/// <summary>How an operation on a guest went when it was done last.</summary>
/// <param name="Operation">start, stop or save.</param>
/// <param name="At">When it ended, in seconds since 1970.</param>
/// <param name="Seconds">How long it took, from its first step on; 0 if it was refused before.</param>
sealed record GuestResult(string Guest, string Operation, bool WentWell, long At, double Seconds);
