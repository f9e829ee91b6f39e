using System.Text.Json;
using XenCommons.Exposition;
using static XenCommons.Exposition.MetricKind;

namespace XenCommons.Figures;

/// <summary>The figures of xenconsoled, from its status. A domain may have two consoles, which the label console tells apart.</summary>
static class ConsoleFigures
{
    const double Micro = 1e-6;

    internal static IEnumerable<MetricFamily> Of(JsonElement status, DomainNames names)
    {
        return
        [
            Each("connected", Gauge, "1: the console is connected to its guest.", console => console.Flag("connected")),
            Each("output_bytes_total", Counter, "Bytes that the guest has written.", console => console.Number("bytes_out")),
            Each("input_bytes_total", Counter, "Bytes that the guest was sent.", console => console.Number("bytes_in")),
            Each("waiting_bytes", Gauge, "Output that nobody has read from the pty.", console => console.Number("waiting")),
            Each("dropped_bytes_total", Counter, "Output that was dropped because nobody read the pty.",
                console => console.Number("dropped")),
            Each("log_lost_bytes_total", Counter, "Output that is not in the log because the log could not be written.",
                console => console.Number("log_lost")),
            Each("log_failures_total", Counter, "Times that the log could not be opened or written.",
                console => console.Number("log_failures")),
            Each("log_failing", Gauge, "1: the log cannot be written now.", console => console.Flag("log_failing")),
            Each("throttled_seconds_total", Counter, "Time for which a guest that floods had to wait.",
                console => console.Number("throttled_us", Micro)),
            Each("ring_faults_total", Counter, "Times that the indices of the console's ring were invalid.",
                console => console.Number("ring_faults")),
            Each("viewers", Gauge, "Clients of xenconsoled attach.", console => console.Number("viewers")),
            .. OfHypervisorsLog(status),
        ];

        MetricFamily Each(string name, MetricKind kind, string help, Func<JsonElement, double?> value) =>
            MetricFamily.Each("xen_console_" + name, kind, help, status.List("consoles"), console => Labels(console, names), value);
    }

    static IEnumerable<MetricFamily> OfHypervisorsLog(JsonElement status) =>
        status.Member("hypervisor_log") is not { } log ? []
        : [
            MetricFamily.One("xen_hypervisor_log_bytes_total", Counter, "Bytes of the hypervisor's console that were taken.",
                log.Number("bytes")),
            MetricFamily.One("xen_hypervisor_log_lost_bytes_total", Counter, "Bytes of it that were overwritten before.",
                log.Number("lost")),
        ];

    static IReadOnlyList<(string, string)> Labels(JsonElement console, DomainNames names) =>
        [.. names.Labels((int)(console.Number("domid") ?? 0)), ("console", console.Text("console") ?? "")];
}
