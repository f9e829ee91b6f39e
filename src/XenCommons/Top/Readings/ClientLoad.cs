namespace XenCommons.Top.Readings;

/// <summary>What a client on one of the store's sockets does.</summary>
/// <param name="Rates">What its requests were in each second.</param>
sealed record ClientLoad(ClientCounts Now, RequestCounts Rates);
