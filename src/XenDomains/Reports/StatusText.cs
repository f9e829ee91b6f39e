using System.Globalization;
using System.Text;
using Xen.Hosting;
using XenDomains.Facts;
using XenDomains.Results;

namespace XenDomains.Reports;

/// <summary>Writes for people and for programs which guests run and which should.</summary>
static class StatusText
{
    const string NotThere = "is not there";

    /// <summary>Whether each guest that starts with the host is there, and no image waits.</summary>
    internal static bool IsWell(HostFacts facts) =>
        facts.Auto.All(guest => guest.Name is not null && StateOf(facts, guest.Name) != NotThere)
        && facts.Images.All(image => image.Place == ImagePlace.Stale);

    internal static string Of(HostFacts facts, bool isStarted)
    {
        var text = new StringBuilder(isStarted ? "" : "guests were not started\n");
        foreach (var (name, state, isWanted) in Rows(facts))
            text.Append(name).Append(": ").Append(state).Append(isWanted ? "\n" : " (does not start with the host)\n");
        foreach (var image in facts.Images)
            text.Append("image of ").Append(image.Name).Append(" (").Append(PlaceOf(image)).Append("): ").Append(image.File).Append('\n');
        return text.ToString();
    }

    internal static string JsonOf(HostFacts facts, bool isStarted, GuestResults results) => JsonText.Of(writer =>
    {
        // One word for a program; the member "state" is a sentence.
        var states = GuestState.Of(facts).ToLookup(guest => guest.Name, StringComparer.Ordinal)
            .ToDictionary(same => same.Key, same => same.First().State, StringComparer.Ordinal);
        writer.WriteBoolean("started", isStarted);
        writer.WriteStartArray("guests");
        foreach (var (name, state, isWanted) in Rows(facts))
        {
            writer.WriteStartObject();
            writer.WriteString("name", name);
            writer.WriteString("state", state);
            writer.WriteBoolean("auto", isWanted);
            if (states.TryGetValue(name, out string? now))
                writer.WriteString("domain_state", now);
            if (facts.Domains.FirstOrDefault(domain => domain.Name == name) is { } domain)
                writer.WriteNumber("domid", domain.Id);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteStartArray("images");
        foreach (var image in facts.Images)
        {
            writer.WriteStartObject();
            writer.WriteString("guest", image.Name);
            writer.WriteString("file", image.File);
            writer.WriteString("place", PlaceOf(image));
            if (image.Fault is not null)
                writer.WriteString("fault", image.Fault);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        results.Write(writer);
    });

    // The guests that start with the host, and then the other domains.
    static IEnumerable<(string Name, string State, bool IsWanted)> Rows(HostFacts facts) =>
        facts.Auto.Select(guest => (Name: guest.Name ?? guest.File, State: StateOf(facts, guest.Name), IsWanted: true))
            .DistinctBy(row => row.Name)
            .Concat(facts.Domains.Where(domain => facts.Auto.All(guest => guest.Name != domain.Name))
                .Select(domain => (domain.Name, State: StateOf(facts, domain.Name), IsWanted: false)));

    static string StateOf(HostFacts facts, string? name) =>
        name is null ? "its configuration cannot be read"
        : facts.Domains.FirstOrDefault(domain => domain.Name == name) is { } domain
        ? string.Create(CultureInfo.InvariantCulture, $"is {domain.State.ToString().ToLowerInvariant()} as domain {domain.Id}")
        : facts.Rebooting.Contains(name) ? "reboots"
        : NotThere;

    static string PlaceOf(SavedImage image) => image.Place.ToString().ToLowerInvariant();
}
