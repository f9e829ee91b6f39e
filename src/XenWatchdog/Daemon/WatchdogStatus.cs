using System.Globalization;
using System.Text.Json;
using Xen.Hosting;
using Xen.Linux.Files;
using XenWatchdog.Evaluation;
using XenWatchdog.Host;
using XenWatchdog.Timer;

namespace XenWatchdog.Daemon;

/// <summary>
/// The daemon's status: a file in its folder in /run, written again each second. `xenwatchdogd status` reads it.
/// </summary>
sealed class WatchdogStatus(WatchdogOptions options, WatchdogTimer timer, Kicker kicker, Health health, bool isHost, ResetRecord record)
{
    internal const string FileName = "status";

    readonly (string Time, string Reason)? lastReset = Earlier(record);

    string File => Path.Combine(options.RunFolder, FileName);

    /// <summary>The text of a time in the status.</summary>
    internal static string Time(DateTime time) => time.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <exception cref="IOException">/run is full or gone. The file then stays as it is, with its time.</exception>
    internal void Write() => AtomicFile.Write(File, JsonText.Of(json => Write(json, DateTime.UtcNow)));

    internal void Remove() => System.IO.File.Delete(File);

    // The code that took the record over logs why it cannot be read.
    static (string, string)? Earlier(ResetRecord record) => FileFault.Otherwise(record.Earlier, null);

    void Write(Utf8JsonWriter json, DateTime now)
    {
        json.WriteString("version", DaemonHost.Version);
        json.WriteNumber("pid", Environment.ProcessId);
        json.WriteString("at", Time(now));
        json.WriteString("domain", isHost ? "host" : "guest");
        WriteTimer(json, now - TimeSpan.FromMilliseconds(Environment.TickCount64 - kicker.Kicked));
        if (lastReset is { } reset)
        {
            json.WriteStartObject("last_reset");
            json.WriteString("after", reset.Time);
            json.WriteString("because", reset.Reason);
            json.WriteEndObject();
        }
        json.WriteStartArray("checks");
        foreach (var check in health.Checks)
            Write(json, check);
        json.WriteEndArray();
    }

    void WriteTimer(Utf8JsonWriter json, DateTime kicked)
    {
        json.WriteStartObject("timer");
        json.WriteNumber("number", timer.Number);
        json.WriteNumber("timeout_seconds", options.Timeout);
        json.WriteNumber("sleep_seconds", options.Sleep);
        json.WriteString("wound_up", Time(kicked)); // the key is older than the word
        json.WriteString("runs_out", Time(kicked + TimeSpan.FromSeconds(options.Timeout)));
        json.WriteNumber("worst_lateness_ms", kicker.WorstLateness);
        WriteLateness(json);
        json.WriteBoolean("given_back_for_sleep", kicker.IsPaused);
        json.WriteString("let_go_because", kicker.ResetReason);
        json.WriteEndObject();
    }

    // As a histogram of Prometheus has it: each class contains those below it.
    void WriteLateness(Utf8JsonWriter json)
    {
        json.WriteStartObject("lateness");
        json.WriteNumber("sum_ms", kicker.Lateness.Sum);
        json.WriteStartArray("at_most_ms");
        long count = 0;
        foreach (var (bound, more) in kicker.Lateness.All)
        {
            json.WriteStartArray();
            if (bound is { } most)
                json.WriteNumberValue(most);
            else
                json.WriteNullValue();
            json.WriteNumberValue(count += more);
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Write(Utf8JsonWriter json, CheckState check)
    {
        json.WriteStartObject();
        json.WriteString("name", check.Rule.Name);
        json.WriteString("about", check.Rule.About);
        json.WriteString("mode", check.Mode == CheckMode.Report ? "report" : "enforce");
        json.WriteNumber("failures_that_count", check.Setting.Failures);
        json.WriteString("result", check.At is null ? "not yet" : check.Fault is null ? "well" : check.HasFailed ? "failed" : "failing");
        json.WriteNumber("failures", check.Failures);
        json.WriteString("fault", check.Fault);
        json.WriteString("since", check.Since is { } since ? Time(since) : null);
        json.WriteString("at", check.At is { } at ? Time(at) : null);
        json.WriteEndObject();
    }
}
