using System.Globalization;
using System.Text;
using System.Text.Json;
using Xen.Hosting;
using XenConsoled.Consoles;
using XenConsoled.Core;
using XenConsoled.Logs;
using XenConsoled.Memory;

namespace XenConsoled;

/// <summary>What the daemon tells of itself, as text and as JSON.</summary>
static class StatusReport
{
    internal static string Text(string hypervisor, Consoles.Consoles consoles, HypervisorLog? log)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"xenconsoled {DaemonHost.Version}, pid {Environment.ProcessId}, hypervisor {hypervisor}, {consoles.All.Count} consoles\n");
        if (log is not null)
            text.Append(CultureInfo.InvariantCulture, $"hypervisor's log: {log.Taken} bytes into {log.Path ?? "the journal"}, {log.Lost} lost\n");
        text.Append(CultureInfo.InvariantCulture, $"{"domid",5} {"name",-24} {"pty",-12} {"out",12} {"in",10} {"waits",8} {"dropped",10} {"log lost",10} {"throttled",10} {"viewers",7}  log\n");
        foreach (var console in consoles.All.OrderBy(console => console.Id.Domid))
        {
            ref readonly var state = ref console.Memory.State;
            text.Append(CultureInfo.InvariantCulture, $"{console.Id.Domid,5} {Name(console),-24} {console.PtyPath ?? "-",-12} {state.Taken,12} {state.Sent,10} {OutputBuffer.Waiting(state.Output),8} {state.Output.Dropped,10} {state.LogLost,10} {console.Counters.ThrottledTime / 1000,8}ms {console.Viewers,7}  {console.LogPath ?? "-"}{Remarks(console)}\n");
        }
        return text.ToString();
    }

    internal static string Json(string hypervisor, Consoles.Consoles consoles, HypervisorLog? log) => JsonText.Of(json =>
    {
        json.WriteString("version", DaemonHost.Version);
        json.WriteNumber("pid", Environment.ProcessId);
        json.WriteString("hypervisor", hypervisor);
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
        json.WriteNumber("turns", counters.Turns);
        json.WriteNumber("throttled_us", counters.ThrottledTime);
        json.WriteBoolean("flooding", console.IsFlooding);
        json.WriteNumber("ring_faults", counters.RingFaults);
        json.WriteNumber("ptys_made", counters.Ptys);
        json.WriteNumber("viewers", console.Viewers);
        json.WriteEndObject();
    }

    static string Name(GuestConsole console) => console.Name + (console.Id.Kind == ConsoleKind.Vuart ? " (vuart)" : "");

    static string Remarks(GuestConsole console) =>
        (console.IsConnected ? "" : "  not connected") + (console.IsFlooding ? "  floods" : "") + (console.Counters.RingFaults > 0 ? "  ring faults" : "") + (console.Memory.IsKept ? "" : "  not kept over a restart");
}
