using System.Globalization;
using System.Text;
using XenCommons.Exposition;

namespace XenCommons.Serving;

/// <summary>An answer of the server. Each closes its connection, so a client never has more than one request.</summary>
/// <param name="Head">The status line and what follows it, to the empty line.</param>
/// <param name="Body">May be shared with other answers.</param>
sealed record HttpAnswer(byte[] Head, byte[] Body)
{
    const string Path = "/metrics", Plain = "text/plain";

    /// <summary>The answer to a head that is too long.</summary>
    internal static HttpAnswer TooLong { get; } = Of("431 Request Header Fields Too Large", Plain, "the request is too long\n"u8.ToArray());

    /// <summary>The answer to a whole head.</summary>
    /// <param name="now">In UTC.</param>
    internal static HttpAnswer To(ReadOnlySpan<byte> head, MetricsFile file, DateTime now)
    {
        if (HttpRequest.Parse(head, OpenMetrics.MediaType) is not { } request)
            return Error("400 Bad Request", "this is no request of HTTP/1");
        if (request.Method is not ("GET" or "HEAD"))
            return Error("405 Method Not Allowed", "only GET and HEAD are answered", "Allow: GET, HEAD\r\n");
        var answer = request.Path != Path ? Error("404 Not Found", $"the figures are at {Path}")
            : file.Read(request.WantsOpenMetrics, now, out string reason) is not { } body ? Error("503 Service Unavailable", reason)
            : Of("200 OK", request.WantsOpenMetrics ? OpenMetrics.MediaType + "; version=1.0.0" : Plain + "; version=0.0.4", body);
        return request.Method == "HEAD" ? answer with { Body = [] } : answer;
    }

    static HttpAnswer Error(string status, string text, string more = "") => Of(status, Plain, Encoding.UTF8.GetBytes(text + "\n"), more);

    static HttpAnswer Of(string status, string type, byte[] body, string more = "") => new(Encoding.ASCII.GetBytes(
        $"HTTP/1.1 {status}\r\nContent-Type: {type}; charset=utf-8\r\n"
            + string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n{more}Connection: close\r\n\r\n")), body);
}
