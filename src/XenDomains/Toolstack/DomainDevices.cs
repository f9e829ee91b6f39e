using System.Globalization;
using Xen.StoreClient;
using XenDomains.Planning;

namespace XenDomains.Toolstack;

/// <summary>
/// What serves the devices of domains that run, by what libxl noted in the store when it made them: /libxl/DOMID/device/KIND/ID/backend, which no guest can
/// write. So guests that nobody has a configuration of have their order, too.
/// </summary>
static class DomainDevices
{
    const string Pci = "pci", Home = "/local/domain/";

    /// <summary>The same domains, with their backends by name.</summary>
    internal static async Task<IReadOnlyList<Domain>> AddAsync(StoreClient store, IReadOnlyList<Domain> domains)
    {
        var names = domains.ToDictionary(domain => domain.Id, domain => domain.Name);
        return await Task.WhenAll(domains.Select(domain => AddAsync(store, domain, names))).ConfigureAwait(false);
    }

    static async Task<Domain> AddAsync(StoreClient store, Domain domain, Dictionary<int, string> names)
    {
        var backends = new HashSet<string>(StringComparer.Ordinal);
        bool hasPci = false;
        string devices = string.Create(CultureInfo.InvariantCulture, $"/libxl/{domain.Id}/device");
        foreach (string kind in await store.ListAsync(devices).ConfigureAwait(false) ?? [])
            foreach (string device in await store.ListAsync($"{devices}/{kind}").ConfigureAwait(false) ?? [])
            {
                hasPci |= kind == Pci;
                if (await store.ReadTextAsync($"{devices}/{kind}/{device}/backend").ConfigureAwait(false) is { } path && DomainOf(path) is { } id && id != domain.Id && names.TryGetValue(id, out string? name))
                    backends.Add(name);
            }
        return domain with { Backends = [.. backends], HasPci = hasPci };
    }

    static int? DomainOf(string backend) =>
        backend.StartsWith(Home, StringComparison.Ordinal) && int.TryParse(backend[Home.Length..].Split('/')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? id : null;
}
