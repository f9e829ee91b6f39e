namespace XenStored.Tree.Storage.InPlace;

/// <summary>What a log has of a request in a transaction, beside the request's payload.</summary>
/// <param name="Transaction">The number of the transaction.</param>
/// <param name="Type">The request's type.</param>
/// <param name="Check">A hash of the reply.</param>
readonly record struct LogEntry(uint Transaction, uint Type, ulong Check);
