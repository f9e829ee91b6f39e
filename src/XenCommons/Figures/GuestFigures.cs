using System.Text.Json;
using XenCommons.Exposition;
using static XenCommons.Exposition.MetricKind;

namespace XenCommons.Figures;

/// <summary>
/// The figures of xendomains, from its status. A guest is known by its name, because a guest that should run may have no domain. A guest
/// that is neither there nor wanted has no figures, whatever was done with it before.
/// </summary>
static class GuestFigures
{
    static readonly string[] States = ["running", "paused", "suspended", "shutdown", "crashed", "dying", "rebooting", "absent"];

    internal static IEnumerable<MetricFamily> Of(JsonElement status)
    {
        var guests = status.List("guests").Where(guest => guest.Text("domain_state") is not null).ToList();
        var shown = guests.Select(guest => guest.Text("name")).ToHashSet(StringComparer.Ordinal);
        return
        [
            MetricFamily.One("xen_guests_started", Gauge, "1: the guests that start with the host were started.", status.Flag("started")),
            MetricFamily.Each("xen_guest_wanted", Gauge, "1: the guest starts with the host.", guests, Name, guest => guest.Flag("auto")),
            new("xen_guest_state", Gauge, "1 for the state in which the guest is, 0 for the others.",
                [.. from guest in guests
                    from state in States
                    select new MetricSample(guest.Text("domain_state") == state ? 1 : 0, [.. Name(guest), ("state", state)])]),
            .. OfResults([.. status.List("results").Where(result => shown.Contains(result.Text("guest")))]),
            OfImages(status),
        ];
    }

    static IEnumerable<MetricFamily> OfResults(IReadOnlyList<JsonElement> results)
    {
        return
        [
            Each("success", "1: the last operation of this kind went well.", result => result.Flag("went_well")),
            Each("duration_seconds", "How long it took.", result => result.Number("seconds")),
            Each("timestamp_seconds", "When it ended, in seconds since 1970.", result => result.Number("at")),
        ];

        MetricFamily Each(string name, string help, Func<JsonElement, double?> value) =>
            MetricFamily.Each("xen_guest_operation_" + name, Gauge, help, results,
                result => [("domain", result.Text("guest") ?? ""), ("operation", result.Text("operation") ?? "")], value);
    }

    // Each place is told of, also if it is empty. Those in failed are quarantined.
    static MetricFamily OfImages(JsonElement status)
    {
        var placed = status.List("images").ToLookup(image => image.Text("place"));
        string[] places = ["saved", "saving", "restoring", "failed", "stale"];
        return MetricFamily.Each("xen_guest_images", Gauge, "Images of guests by their place; those in failed are quarantined.", places,
            place => [("place", place)], place => placed[place].Count());
    }

    static IReadOnlyList<(string, string)> Name(JsonElement guest) => [("domain", guest.Text("name") ?? "")];
}
