using XenDomains.Configuration;

namespace XenDomains.Planning.Steps;

/// <summary>One way to stop a guest and how long it may take; null: without limit.</summary>
sealed record StopTry(StopWay Way, TimeSpan? Within);
