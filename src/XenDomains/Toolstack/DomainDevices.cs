using System.Globalization;
using Xen.Client;
using XenDomains.Facts;

namespace XenDomains.Toolstack;

/// <summary>
/// What the store holds about running domains, so that guests without a known configuration have an order, too. Only nodes count that the
/// guest itself cannot write: libxl's record of the guest (/libxl/DOMID), the nodes in the home of the domain that serves it
/// (backend/KIND/DOMID, which every toolstack writes), and the node by which a device model knows its guest (/local/domain/DOMID/target).
/// </summary>
static class DomainDevices
{
    const string Pci = "pci", Home = "/local/domain/";
    const int Host = 0;

    /// <summary>The same domains, with their backends by name.</summary>
    internal static async Task<IReadOnlyList<XlDomain>> AddAsync(StoreClient store, IReadOnlyList<XlDomain> domains)
    {
        var names = domains.ToDictionary(domain => domain.Id, domain => domain.Name);
        var served = (await Task.WhenAll(names.Keys.Append(Host).Select(server => ServedAsync(store, server))).ConfigureAwait(false))
            .SelectMany(of => of).ToLookup(device => device.Guest);
        return await Task.WhenAll(domains.Select(domain => AddAsync(store, domain, names, served[domain.Id]))).ConfigureAwait(false);
    }

    static async Task<XlDomain> AddAsync(StoreClient store, XlDomain domain, Dictionary<int, string> names,
        IEnumerable<(int Server, string Kind, int Guest)> served)
    {
        var servers = served.Select(device => device.Server).ToHashSet();
        bool hasPci = served.Any(device => device.Kind == Pci);
        string record = string.Create(CultureInfo.InvariantCulture, $"/libxl/{domain.Id}"),
            home = string.Create(CultureInfo.InvariantCulture, $"{Home}{domain.Id}");
        foreach (string kind in await store.ListAsync(record + "/device").ConfigureAwait(false) ?? [])
            foreach (string device in await store.ListAsync($"{record}/device/{kind}").ConfigureAwait(false) ?? [])
            {
                hasPci |= kind == Pci;
                if (await store.ReadTextAsync($"{record}/device/{kind}/{device}/backend").ConfigureAwait(false) is { } path
                    && DomainOf(path) is { } server)
                    servers.Add(server);
            }
        return domain with
        {
            Backends = [.. servers.Where(server => server != domain.Id).Select(server => names.GetValueOrDefault(server)).OfType<string>()],
            HasPci = hasPci,
            // libxl removes a domain's home before its own record. A domain with neither is a guest of libxl that reboots or ends at this
            // moment.
            IsForeign = await store.ListAsync(record).ConfigureAwait(false) is null
                && await store.ListAsync(home).ConfigureAwait(false) is not null,
            IsDeviceModel = await store.ReadTextAsync(home + "/target").ConfigureAwait(false) is not null,
        };
    }

    // The devices that a domain serves. Dom0 serves nearly all guests, so only its PCI devices count.
    static async Task<IReadOnlyList<(int Server, string Kind, int Guest)>> ServedAsync(StoreClient store, int server)
    {
        var served = new List<(int, string, int)>();
        string backends = string.Create(CultureInfo.InvariantCulture, $"{Home}{server}/backend");
        foreach (string kind in server == Host ? [Pci] : await store.ListAsync(backends).ConfigureAwait(false) ?? [])
            foreach (string guest in await store.ListAsync($"{backends}/{kind}").ConfigureAwait(false) ?? [])
                if (Number(guest) is { } id)
                    served.Add((server, kind, id));
        return served;
    }

    static int? DomainOf(string backend) =>
        backend.StartsWith(Home, StringComparison.Ordinal) ? Number(backend[Home.Length..].Split('/')[0]) : null;

    static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? id : null;
}
