using System.Text.Json;

namespace Xen.Linux.Files;

/// <summary>
/// A file's text is not what this version of a program writes: no JSON, or JSON of another form. Whoever can go on without the file does.
/// </summary>
public static class JsonFault
{
    /// <summary>Whether an exception of System.Text.Json, or of what parses a member's text, says so.</summary>
    public static bool Is(Exception e) =>
        e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException;
}
