using System.Globalization;
using System.Text.Json;
using Xen.Hosting;
using Xen.Posix;
using XenWatchdog.Core;
using XenWatchdog.Host;
using XenWatchdog.Timer;

namespace XenWatchdog;

/// <summary>What the daemon tells of itself: a file in its folder in /run, renewed each second, which `xenwatchdogd status` reads.</summary>
sealed class Status(WatchdogOptions options, Slot slot, Poker poker, Health health, bool isHost, LastWords lastWords)
{
    internal const string FileName = "status";

    readonly (string Time, string Reason)? lastReset = Earlier(lastWords);

    string File => Path.Combine(options.RunFolder, FileName);

    /// <summary>A time as it is told.</summary>
    internal static string Time(DateTime time) => time.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    internal void Write()
    {
        try
        {
            AtomicFile.Write(File, JsonText.Of(json => Write(json, DateTime.UtcNow)));
        }
        catch (IOException)
        {
            // /run is full or gone: the status is old then, and says how old.
        }
    }

    internal void Remove() => System.IO.File.Delete(File);

    static (string, string)? Earlier(LastWords lastWords)
    {
        try
        {
            return lastWords.Earlier();
        }
        catch (IOException)
        {
            return null;
        }
    }

    void Write(Utf8JsonWriter json, DateTime now)
    {
        var poked = now - TimeSpan.FromMilliseconds(Environment.TickCount64 - poker.Poked);
        json.WriteString("version", DaemonHost.Version);
        json.WriteNumber("pid", Environment.ProcessId);
        json.WriteString("at", Time(now));
        json.WriteString("domain", isHost ? "host" : "guest");
        json.WriteStartObject("timer");
        json.WriteNumber("number", slot.Number);
        json.WriteNumber("timeout_seconds", options.Timeout);
        json.WriteNumber("sleep_seconds", options.Sleep);
        json.WriteString("wound_up", Time(poked));
        json.WriteString("runs_out", Time(poked + TimeSpan.FromSeconds(options.Timeout)));
        json.WriteNumber("worst_lateness_ms", poker.WorstLateness);
        json.WriteBoolean("given_back_for_sleep", poker.IsPaused);
        json.WriteString("let_go_because", poker.Doom);
        json.WriteEndObject();
        if (lastReset is { } reset)
        {
            json.WriteStartObject("last_reset");
            json.WriteString("after", reset.Time);
            json.WriteString("because", reset.Reason);
            json.WriteEndObject();
        }
        json.WriteStartArray("checks");
        foreach (var check in health.Checks)
        {
            json.WriteStartObject();
            json.WriteString("name", check.Rule.Name);
            json.WriteString("about", check.Rule.About);
            json.WriteString("mode", check.Rule.Tier == Tier.Warning || check.Setting.Mode == CheckMode.Report ? "report" : "enforce");
            json.WriteNumber("failures_that_count", check.Setting.Failures);
            json.WriteString("result", check.At is null ? "not yet" : check.Fault is null ? "well" : check.HasFailed ? "failed" : "failing");
            json.WriteNumber("failures", check.Failures);
            json.WriteString("fault", check.Fault);
            json.WriteString("since", check.Since is { } since ? Time(since) : null);
            json.WriteString("at", check.At is { } at ? Time(at) : null);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
