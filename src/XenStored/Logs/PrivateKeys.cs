namespace XenStored.Logs;

/// <summary>
/// Keys whose values no trace shows: through them a guest and a viewer of its screen exchange their clipboards, which hold passwords.
/// XCP-ng leaves the same out.
/// </summary>
static class PrivateKeys
{
    /// <summary>What a trace shows in place of a value.</summary>
    internal const string Omission = "[omitted]";

    /// <summary>Whether a payload that begins with a path names such a key: by its full path, or as its own domain names it.</summary>
    internal static bool Has(ReadOnlySpan<byte> payload)
    {
        if (payload.StartsWith("/local/domain/"u8))
        {
            payload = payload["/local/domain/".Length..];
            payload = payload[(payload.IndexOf((byte)'/') + 1)..];
        }
        return payload.StartsWith("data/set_clipboard"u8) || payload.StartsWith("data/report_clipboard"u8);
    }
}
