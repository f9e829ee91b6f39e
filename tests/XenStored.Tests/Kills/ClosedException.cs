namespace XenStored.Tests.Kills;

/// <summary>The other side has closed a client's connection, or nobody listens.</summary>
sealed class ClosedException(string message, Exception? inner = null) : IOException(message, inner);
