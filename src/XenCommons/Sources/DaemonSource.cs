using System.Text.Json;
using Xen.Linux;
using Xen.Linux.Processes;
using XenCommons.Exposition;
using XenCommons.Figures;

namespace XenCommons.Sources;

/// <summary>Asks a daemon by its own command `status --json`, so that only the daemon's own program knows how it is reached.</summary>
/// <param name="programs">The folder in which the daemons' programs are.</param>
sealed class DaemonSource(string programs)
{
    internal async Task<Answer> ConsolesAsync()
    {
        var status = await ConsoleStatusAsync(Collector.ForAnswer).ConfigureAwait(false);
        var names = from console in status?.List("consoles") ?? []
                    let domid = console.Number("domid")
                    where domid is >= 0 and <= ushort.MaxValue
                    select ((int)domid.Value, console.Text("name") ?? "");
        return Of("consoles", status, ConsoleFigures.Of) with { Names = names.DistinctBy(one => one.Item1).ToDictionary() };
    }

    /// <summary>What xenconsoled tells; null if it does not answer.</summary>
    /// <param name="limit">The time that it has. Its command may take as long again to end.</param>
    internal Task<JsonElement?> ConsoleStatusAsync(TimeSpan limit) =>
        StatusAsync("xenconsoled", ["status", "--json", .. RunFolder("XENCONSOLED_RUN_DIR")], limit);

    internal async Task<Answer> GuestsAsync() =>
        Of("guests", await StatusAsync("xendomains",
            ["status", "--json", "--quick", .. Folder("XENDOMAINS_CONFIG", "--config"), .. RunFolder("XENDOMAINS_RUN_DIR")],
            Collector.ForAnswer).ConfigureAwait(false),
            (status, _) => GuestFigures.Of(status));

    internal async Task<Answer> WatchdogAsync() =>
        Of("watchdog", await StatusAsync("xenwatchdogd", ["status", "--json", .. RunFolder("XENWATCHDOGD_RUN_DIR")],
            Collector.ForAnswer).ConfigureAwait(false),
            (status, _) => WatchdogFigures.Of(status));

    static Answer Of(string source, JsonElement? status, Func<JsonElement, DomainNames, IEnumerable<MetricFamily>> figures) =>
        status is { } known
            ? Answer.None(source) with { Figures = names => figures(known, names), Version = known.Text("version") }
            : Answer.None(source);

    // Its status tells of more than whether it answered, and it prints nothing if it did not. So the object that it prints decides.
    async Task<JsonElement?> StatusAsync(string program, string[] words, TimeSpan limit)
    {
        try
        {
            var result = await ChildProcess.RunAsync(Path.Combine(programs, program), words, limit).ConfigureAwait(false);
            return !result.IsTimedOut && result.Output.Length > 0 ? JsonElement.Parse(result.Output.Span) : null;
        }
        catch (Exception e) when (e is PosixException or JsonException)
        {
            return null;
        }
    }

    // OpenRC's scripts take the folder from this variable.
    static string[] RunFolder(string variable) => Folder(variable, "--run-dir");

    static string[] Folder(string variable, string option) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } path ? [option, path] : [];
}
