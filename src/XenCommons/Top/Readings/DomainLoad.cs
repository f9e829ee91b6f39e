namespace XenCommons.Top.Readings;

/// <summary>What a domain does.</summary>
/// <param name="Rates">What its requests were in each second.</param>
/// <param name="ConsoleRate">Bytes a second of its consoles.</param>
/// <param name="Throttled">Per cent of the time for which the store did not read it.</param>
/// <param name="ConsoleThrottled">Per cent of the time for which its consoles had to wait.</param>
sealed record DomainLoad(DomainCounts Now, RequestCounts Rates, double? ConsoleRate, double? Throttled, double? ConsoleThrottled)
{
    /// <summary>The quota that it has the largest part of; null if it has none.</summary>
    internal QuotaUse? Tightest => Now.Quotas.Count == 0 ? null : Now.Quotas.MaxBy(quota => quota.Percent);

    /// <summary>The larger of both.</summary>
    internal double? Held => Throttled is { } store && ConsoleThrottled is { } console ? Math.Max(store, console)
        : Throttled ?? ConsoleThrottled;
}
