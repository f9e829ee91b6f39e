namespace XenCommons.Top.Readings;

/// <summary>What a client on the store's socket does.</summary>
/// <param name="Rates">What its requests were in each second.</param>
sealed record ClientLoad(ClientCounts Now, RequestCounts Rates);
