using System.Globalization;
using System.Text.Json;
using XenCommons.Top.Readings;

namespace XenCommons.Tests.Top;

/// <summary>Readings as a test wants them.</summary>
static class Made
{
    internal static TopReading Reading(long at, params DomainCounts[] domains) => Reading(at, 0, 1000, domains);

    internal static TopReading Reading(long at, int restarts, double requests, DomainCounts[] domains, params ClientCounts[] clients) =>
        new(at, new("0.2.0", restarts, new(requests, null, 0, null), 0, 1, 2, 4096), domains.ToDictionary(domain => (long)domain.Domid),
            clients.ToDictionary(client => client.Id));

    /// <summary>A domain for which the store counted so much.</summary>
    internal static DomainCounts Domain(int domid, string name, double requests, double writes = 0, double throttledMs = 0,
        double? console = null, string limits = "{}", double nodes = 0, double? memory = null) =>
        DomainCounts.Of(JsonElement.Parse(string.Create(CultureInfo.InvariantCulture, $$"""
            {"domid":{{domid}},"requests":{{requests}},"writes":{{writes}},"eagain":0,"events":0,"throttled_ms":{{throttledMs}},
            "nodes":{{nodes}},"watches":64,"limits":{{limits}}}
            """)), name, memory, console is { } bytes ? [Console(bytes)] : []);

    internal static ClientCounts Client(long id, int pid, string command, double requests, double queued = 0, long uid = 0,
        bool isReader = false) =>
        ClientCounts.Of(JsonElement.Parse(string.Create(CultureInfo.InvariantCulture, $$"""
            {"id":{{id}},"reader":{{(isReader ? "true" : "false")}},"pid":{{pid}},"uid":{{uid}},
            "requests":{{requests}},"writes":0,"eagain":0,"events":0,"watches":3,"transactions":1,"queued":{{queued}}}
            """)), _ => command);

    static JsonElement Console(double bytes) => JsonElement.Parse(string.Create(CultureInfo.InvariantCulture,
        $$"""{"bytes_out":{{bytes}},"throttled_us":0}"""));

    /// <summary>What two domains and a client do, two seconds after the first reading.</summary>
    internal static TopLoad Load(params DomainCounts[] now) =>
        TopLoad.Of(Reading(0, [.. now.Select(one => Domain(one.Domid, one.Name, 0, console: one.ConsoleBytes is null ? null : 0))]),
            Reading(2000, 0, 1200, now, Client(12, 4711, "libvirtd", 7)));
}
