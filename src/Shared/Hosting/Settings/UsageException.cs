namespace Xen.Hosting.Settings;

/// <summary>A command line that cannot be understood.</summary>
/// <param name="message">One sentence for who wrote it.</param>
public sealed class UsageException(string message) : Exception(message);
