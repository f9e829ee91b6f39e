using System.Text;

namespace XenCommons.Serving;

/// <summary>What matters of a request to the server of figures.</summary>
/// <param name="Method">As it was sent.</param>
/// <param name="Path">Without what follows a question mark.</param>
/// <param name="WantsOpenMetrics">The client understands OpenMetrics, as Prometheus does.</param>
sealed record HttpRequest(string Method, string Path, bool WantsOpenMetrics)
{
    /// <summary>The most bytes of a request's head.</summary>
    internal const int MostHead = 8192;

    static ReadOnlySpan<byte> EndOfHead => "\r\n\r\n"u8;

    /// <summary>Whether the head of a request has come completely.</summary>
    internal static bool IsWhole(ReadOnlySpan<byte> received) => received.IndexOf(EndOfHead) >= 0;

    /// <summary>Reads a whole head; null if it is none of HTTP/1.</summary>
    /// <param name="mediaType">The media type of OpenMetrics.</param>
    internal static HttpRequest? Parse(ReadOnlySpan<byte> received, string mediaType)
    {
        var head = received[..received.IndexOf(EndOfHead)];
        foreach (byte one in head)
            if (one is not ((byte)'\r' or (byte)'\n' or (byte)'\t' or (>= 0x20 and < 0x7F)))
                return null;
        string[] lines = Encoding.ASCII.GetString(head).Split("\r\n");
        if (lines[0].Split(' ') is not [{ Length: > 0 } method, ['/', ..] target, "HTTP/1.0" or "HTTP/1.1"])
            return null;
        bool wants = lines.Skip(1).Any(line => line.StartsWith("Accept:", StringComparison.OrdinalIgnoreCase)
            && line.Contains(mediaType, StringComparison.OrdinalIgnoreCase));
        return new(method, target.Split('?')[0], wants);
    }
}
