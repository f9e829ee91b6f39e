using System.Text;
using XenStored.Connections;

namespace XenStored.Daemon;

/// <summary>The paths that a domain's requests name most often, for <c>xenstore-control status paths</c>.</summary>
static class PathReport
{
    /// <summary>One object: the domain, for how long it has been sampled, its requests, and paths as far as they fit.</summary>
    internal static string Json(PathSamples samples, long now) => StatusPage.Json(json =>
    {
        json.WriteNumber("domid", samples.Sampled!.Id);
        json.WriteNumber("ms", now - samples.Since);
        json.WriteNumber("requests", samples.Requests);
        json.WriteStartArray("paths");
        foreach (var count in samples.Counts)
        {
            if (StatusPage.IsFull(json))
                break;
            json.WriteStartObject();
            json.WriteString("path", Encoding.ASCII.GetString(count.Path) + (count.IsCut ? "..." : "")); // no path has a dot
            json.WriteNumber("requests", count.Sure);
            json.WriteNumber("writes", count.Writes);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });
}
