using System.Globalization;
using System.Text;
using System.Text.Json;
using Xen.Hosting;
using Xen.Linux.Loop;
using XenConsoled.Consoles;
using XenConsoled.Core;
using XenConsoled.Logs;
using XenConsoled.Memory;

namespace XenConsoled.Attach;

/// <summary>The daemon's report, as text and as JSON.</summary>
/// <param name="loop">Tells how often it has looked before it slept.</param>
/// <param name="hypervisor">The hypervisor's name.</param>
/// <param name="log">The hypervisor's log; null if there is none.</param>
sealed class ConsoleReport(EventLoop loop, string hypervisor, ConsoleTable consoles, HypervisorLog? log)
{
    internal string Text()
    {
        var text = new StringBuilder();
        int count = consoles.All.Count;
        Line(text, $"xenconsoled {DaemonHost.Version}, pid {Environment.ProcessId}, hypervisor {hypervisor}, {count} consoles");
        if (log is not null)
            Line(text, $"hypervisor's log: {log.Taken} bytes into {log.Path ?? "the journal"}, {log.Lost} lost");
        Part(text, $"{"domid",5} {"name",-24} {"pty",-12} {"out",12} {"in",10} {"waits",8} ");
        Line(text, $"{"dropped",10} {"log lost",10} {"throttled",10} {"viewers",7}  log");
        foreach (var console in consoles.All.OrderBy(console => console.Id.Domid))
        {
            ref readonly var state = ref console.Memory.State;
            int waits = OutputBuffer.Waiting(state.Output);
            Part(text, $"{console.Id.Domid,5} {Name(console),-24} {console.PtyPath ?? "-",-12} ");
            Part(text, $"{state.Taken,12} {state.Sent,10} {waits,8} ");
            Part(text, $"{state.Output.Dropped,10} {state.LogLost,10} {console.Counters.ThrottledTime / 1000,8}ms {console.Viewers,7}  ");
            Line(text, $"{console.LogPath ?? "-"}{Remarks(console)}");
        }
        return text.ToString();
    }

    internal string Json() => JsonText.Of(json =>
    {
        json.WriteString("version", DaemonHost.Version);
        json.WriteNumber("pid", Environment.ProcessId);
        json.WriteString("hypervisor", hypervisor);
        json.WriteNumber("looks", loop.Looks.All);
        json.WriteNumber("looks_in_vain", loop.Looks.InVain);
        if (log is not null)
        {
            json.WriteStartObject("hypervisor_log");
            json.WriteString("file", log.Path);
            json.WriteNumber("bytes", log.Taken);
            json.WriteNumber("lost", log.Lost);
            json.WriteEndObject();
        }
        json.WriteStartArray("consoles");
        foreach (var console in consoles.All.OrderBy(console => console.Id.Domid))
            Write(json, console);
        json.WriteEndArray();
    });

    static void Write(Utf8JsonWriter json, GuestConsole console)
    {
        ref readonly var state = ref console.Memory.State;
        ref readonly var counters = ref console.Counters;
        json.WriteStartObject();
        json.WriteNumber("domid", console.Id.Domid);
        json.WriteString("name", console.Name);
        json.WriteString("uuid", console.Memory.Identity.Handle);
        json.WriteString("console", console.Id.Kind == ConsoleKind.Pv ? "pv0" : "vuart0");
        json.WriteBoolean("connected", console.IsConnected);
        json.WriteBoolean("outlives_restart", console.Memory.IsKept);
        json.WriteString("pty", console.PtyPath);
        json.WriteNumber("bytes_out", state.Taken);
        json.WriteNumber("bytes_in", state.Sent);
        json.WriteNumber("waiting", OutputBuffer.Waiting(state.Output));
        json.WriteNumber("limit", console.Memory.Limit);
        json.WriteNumber("dropped", state.Output.Dropped);
        json.WriteString("log", console.LogPath);
        json.WriteNumber("log_waiting", state.Taken - state.Logged);
        json.WriteNumber("log_lost", state.LogLost);
        json.WriteNumber("log_failures", console.LogFailures);
        json.WriteBoolean("log_failing", console.IsLogFailing);
        json.WriteNumber("turns", counters.Turns);
        json.WriteNumber("throttled_us", counters.ThrottledTime);
        json.WriteBoolean("flooding", console.IsFlooding);
        json.WriteNumber("ring_faults", counters.RingFaults);
        json.WriteNumber("ptys_made", console.PtysMade);
        json.WriteNumber("viewers", console.Viewers);
        json.WriteEndObject();
    }

    static void Part(StringBuilder text, FormattableString part) => text.Append(part.ToString(CultureInfo.InvariantCulture));

    static void Line(StringBuilder text, FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

    static string Name(GuestConsole console) => console.Name + (console.Id.Kind == ConsoleKind.Vuart ? " (vuart)" : "");

    static string Remarks(GuestConsole console) =>
        (console.IsConnected ? "" : "  not connected") + (console.IsFlooding ? "  floods" : "")
        + (console.Counters.RingFaults > 0 ? "  ring faults" : "") + (console.Memory.IsKept ? "" : "  not kept over a restart");
}
