using System.Text;
using Xen.Linux.Files;
using XenCommons.Exposition;

namespace XenCommons.Serving;

/// <summary>
/// The file of figures, which another process writes and the server only reads. It is read once for each time that it was written,
/// whoever asks how often.
/// </summary>
/// <param name="path">Where it is.</param>
sealed class MetricsFile(string path)
{
    internal const string Default = "/run/xen-metrics/xen.prom";

    const long MostBytes = 8 << 20; // some thousand domains, and ten times that is in memory while it is read

    // Ten times the usual pause between two collections. Older figures would hide that nobody collects any more.
    static readonly TimeSpan Oldest = TimeSpan.FromMinutes(5);

    (DateTime Written, long Length) known;
    byte[] plain = [], open = [];

    /// <summary>The text; null with the reason if there is none that is worth an answer.</summary>
    /// <param name="isOpen">As OpenMetrics.</param>
    /// <param name="now">In UTC.</param>
    internal byte[]? Read(bool isOpen, DateTime now, out string reason)
    {
        reason = "";
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists)
                reason = $"{path} is not there yet: does what collects the figures run?";
            else if (file.Length > MostBytes)
                reason = $"{path} is too long";
            else if (now - file.LastWriteTimeUtc > Oldest)
                reason = $"{path} is older than {Oldest.TotalMinutes:0} minutes: what collects the figures does not run";
            else if (known != (file.LastWriteTimeUtc, file.Length))
                Take(file);
            return reason.Length > 0 ? null : isOpen ? open : plain;
        }
        catch (Exception e) when (FileFault.Is(e))
        {
            reason = e.Message;
            return null;
        }
    }

    // It may be replaced between the two looks. Then what is read here is read once more at the next request.
    void Take(FileInfo file)
    {
        plain = File.ReadAllBytes(path);
        open = Encoding.UTF8.GetBytes(OpenMetrics.Of(Encoding.UTF8.GetString(plain)));
        known = (file.LastWriteTimeUtc, file.Length);
    }
}
