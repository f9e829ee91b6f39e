namespace Xen.Hosting.Settings;

/// <summary>A command line is wrong.</summary>
/// <param name="message">One sentence for the person who wrote it.</param>
public sealed class UsageException(string message) : Exception(message);
