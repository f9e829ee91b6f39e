using System.Globalization;
using System.Text;
using System.Text.Json;
using Xen.Hosting.Settings;
using Xen.Linux.Processes;
using XenWatchdog.Daemon;
using XenWatchdog.Timer;

namespace XenWatchdog;

/// <summary>`xenwatchdogd status`: the timer and each check of the running daemon.</summary>
static class WatchdogStatusCommand
{
    const int Well = 0, DoesNotRun = 1, Failing = 2;

    const string HelpText = """
        Usage: xenwatchdogd status [--json] [--run-dir=FOLDER]

        Prints which of the hypervisor's timers is armed, when it runs out, and the last result of each check with its age.
        Exit status: 0 all is well, 1 no xenwatchdogd runs, 2 a check fails.
        """;

    /// <exception cref="UsageException">The command line is wrong.</exception>
    internal static int Run(IReadOnlyList<string> arguments)
    {
        bool isJson = false, wantsHelp = false;
        string folder = WatchdogOptions.DefaultRunFolder;
        var words = new CommandLine(arguments, "");
        words.EachOption("xenwatchdogd status", name =>
        {
            switch (name)
            {
                case "-h" or "--help": wantsHelp = true; break;
                case "--json": isJson = true; break;
                case "--run-dir": folder = words.Path(name) ?? folder; break;
                default: return false;
            }
            return true;
        });
        if (wantsHelp)
        {
            Console.WriteLine(HelpText);
            return Well;
        }
        string file = Path.Combine(folder, WatchdogStatus.FileName);
        string text = File.Exists(file) ? File.ReadAllText(file) : "{}";
        using var document = JsonDocument.Parse(text);
        var status = document.RootElement;
        if (!status.TryGetProperty("pid", out var pid) || !Directory.Exists($"/proc/{pid.GetInt32()}"))
        {
            string timer = WatchdogTimer.FileIn(folder);
            StandardError.WriteLine(File.Exists(timer)
                ? $"xenwatchdogd: none runs, and timer {File.ReadAllText(timer).Trim()} was not given back:"
                + " the host is reset when it runs out, unless xenwatchdogd is started before, or `xenwatchdogd release` gives it back"
                : "xenwatchdogd: none runs");
            return DoesNotRun;
        }
        Console.Write(isJson ? text.TrimEnd() + "\n" : Text(status, DateTime.UtcNow));
        return status.GetProperty("checks").EnumerateArray().Any(check => check.GetProperty("failures").GetInt32() > 0) ? Failing : Well;
    }

    internal static string Text(JsonElement status, DateTime now)
    {
        var text = new StringBuilder();
        var timer = status.GetProperty("timer");
        text.Append(CultureInfo.InvariantCulture,
            $"xenwatchdogd {Of(status, "version")}, pid {Of(status, "pid")}; status written {Age(status, "at", now)} ago\n");
        text.Append(CultureInfo.InvariantCulture,
            $"timer {Of(timer, "number")}: {Of(timer, "timeout_seconds")} s, kicked {Age(timer, "wound_up", now)} ago");
        text.Append(CultureInfo.InvariantCulture,
            $", runs out at {Of(timer, "runs_out")}; at worst {Of(timer, "worst_lateness_ms")} ms late\n");
        if (timer.TryGetProperty("given_back_for_sleep", out var paused) && paused.GetBoolean())
            text.Append("it is given back while the host sleeps\n");
        if (Of(timer, "let_go_because") is { Length: > 0 } reason)
            text.Append(CultureInfo.InvariantCulture, $"IT IS NOT KICKED ANY MORE: {reason}\n");
        if (status.TryGetProperty("last_reset", out var reset))
            text.Append(CultureInfo.InvariantCulture, $"this host was reset after {Of(reset, "after")}: {Of(reset, "because")}\n");
        foreach (var check in status.GetProperty("checks").EnumerateArray())
        {
            string age = Of(check, "at").Length > 0 ? Age(check, "at", now) + " ago" : "";
            string about = Of(check, "fault") is { Length: > 0 } fault
                ? $"{fault} (since {Of(check, "since")}, {Of(check, "failures")} of {Of(check, "failures_that_count")})"
                : Of(check, "about");
            text.Append(CultureInfo.InvariantCulture,
                $"  {Of(check, "name"),-13} {Of(check, "mode"),-8} {Of(check, "result"),-8} {age,-10} {about}\n");
        }
        return text.ToString();
    }

    static string Of(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.ToString() : "";

    static string Age(JsonElement element, string name, DateTime now) =>
        DateTime.TryParseExact(Of(element, name), "yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var then)
            ? string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, (now - then).TotalSeconds):0} s")
            : "?";
}
