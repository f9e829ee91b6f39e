namespace XenStored.Logs;

/// <summary>
/// Keys whose values no trace shows. Through them a guest and a viewer of its screen exchange their clipboards, which may have passwords in
/// them. XCP-ng omits the same keys.
/// </summary>
static class PrivateKeys
{
    /// <summary>The text that a trace shows in place of a value.</summary>
    internal const string Omission = "[omitted]";

    /// <summary>Whether the path at the start of a payload names such a key: an absolute path, or its own domain's relative path.</summary>
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
