using System.Globalization;
using System.Text.Json;
using XenCommons.Exposition;
using static XenCommons.Exposition.MetricKind;

namespace XenCommons.Figures;

/// <summary>The figures of xenwatchdogd, from its status.</summary>
static class WatchdogFigures
{
    const double Milli = 1e-3;

    internal static IEnumerable<MetricFamily> Of(JsonElement status)
    {
        if (status.Member("timer") is not { } timer)
            return [];
        bool isKicked = timer.Flag("given_back_for_sleep") != 1 && timer.Text("let_go_because") is null;
        return
        [
            MetricFamily.One("xen_watchdog_armed", Gauge, "1: the timer runs and is kicked; 0: it was given back, or the host is reset.",
                isKicked ? 1 : 0),
            MetricFamily.One("xen_watchdog_timeout_seconds", Gauge, "The host is reset if the timer is not kicked for so long.",
                timer.Number("timeout_seconds")),
            // A time and not an age: an age would be true only when it was collected.
            MetricFamily.One("xen_watchdog_last_kick_timestamp_seconds", Gauge, "When the timer was last kicked, in seconds since 1970.",
                timer.Time("wound_up")),
            Lateness(timer),
            .. OfChecks([.. status.List("checks")]),
        ];
    }

    static MetricFamily Lateness(JsonElement timer)
    {
        const string Name = "xen_watchdog_kick_lateness_seconds", Help = "How late the timer's thread woke up.";
        if (timer.Member("lateness") is not { } lateness)
            return new(Name, Histogram, Help, []);
        double count = 0;
        var samples = new List<MetricSample>();
        foreach (var entry in lateness.List("at_most_ms"))
        {
            count = entry[1].GetDouble();
            double bound = entry[0].ValueKind == JsonValueKind.Null ? double.PositiveInfinity : entry[0].GetDouble() * Milli;
            samples.Add(new(count, [("le", double.IsInfinity(bound) ? "+Inf" : bound.ToString(CultureInfo.InvariantCulture))], "_bucket"));
        }
        samples.Add(new(lateness.Number("sum_ms", Milli) ?? 0, [], "_sum"));
        samples.Add(new(count, [], "_count"));
        return new(Name, Histogram, Help, samples);
    }

    static IEnumerable<MetricFamily> OfChecks(IReadOnlyList<JsonElement> checks)
    {
        return
        [
            Each("success", "1: the check passed when it was last made.",
                check => check.Text("at") is null ? null : check.Failures() == 0 ? 1 : 0),
            Each("failures", "How often the check has failed in a row.", check => check.Failures()),
            Each("enforced", "1: something is restarted or the host is reset if the check fails.",
                check => check.Text("mode") == "enforce" ? 1 : 0),
            Each("timestamp_seconds", "When the check was last made, in seconds since 1970.", check => check.Time("at")),
        ];

        MetricFamily Each(string name, string help, Func<JsonElement, double?> value) =>
            MetricFamily.Each("xen_watchdog_check_" + name, Gauge, help, checks, check => [("check", check.Text("name") ?? "")], value);
    }

    static double? Failures(this JsonElement check) => check.Number("failures");
}
