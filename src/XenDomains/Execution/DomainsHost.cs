using System.Net.Sockets;
using Xen.Linux.Files;
using XenDomains.Configuration;
using XenDomains.Facts;
using XenDomains.Toolstack;

namespace XenDomains.Execution;

/// <summary>This host: its devices and bridges, its guests' readiness, its clock.</summary>
sealed class DomainsHost(DomainNews news) : IDomainsHost
{
    const string Networks = "/sys/class/net/", Mount = "mount:", Connected = "4"; // XenbusStateConnected (public/io/xenbus.h)
    static readonly TimeSpan ForConnection = TimeSpan.FromSeconds(2);

    public DateTime Now => DateTime.UtcNow;

    public Task PauseAsync(TimeSpan time, CancellationToken cancellation) => Task.Delay(time, cancellation);

    /// <inheritdoc/>
    public string? Missing(GuestConfig config)
    {
        foreach (var disk in config.Disks)
            if (disk.IsOfDom0 && disk.Target.StartsWith('/') && !FollowedPath.IsThere(disk.Target))
                return $"its disk {disk.Target} is not there";
        foreach (string bridge in config.Bridges)
            if (!Directory.Exists(Networks + bridge) && !IsVlanOfSwitch(bridge))
                return $"its bridge {bridge} is not there";
        return null;
    }

    /// <inheritdoc/>
    public string? Awaited(GuestConfig config)
    {
        foreach (string path in config.Annotations.Wait)
            if (path.StartsWith(Mount, StringComparison.Ordinal) ? !IsMounted(path[Mount.Length..]) : !FollowedPath.IsThere(path))
                return path.StartsWith(Mount, StringComparison.Ordinal) ? $"{path[Mount.Length..]} is not mounted" : $"{path} is not there";
        return null;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Problems(GuestConfig config) =>
    [
        .. from file in config.Files
           where !FollowedPath.IsThere(file.Path)
           let elsewhere = file.Path[0] == '/' ? "" : ": xl uses this path as it is written; write an absolute path"
           select $"its {file.What} {file.Path} is not there{elsewhere}",
        .. Needs(config).Select(need => Awaited(need) ?? Missing(need)).OfType<string>(),
        .. from bridge in config.Bridges
           where Directory.Exists(Networks + bridge) && !Directory.Exists($"{Networks}{bridge}/bridge")
           select $"its bridge {bridge} is a network device and no bridge: name a bridge, or, if it is one of Open vSwitch,"
               + " script=vif-openvswitch",
    ];

    /// <inheritdoc/>
    public async Task<bool> IsReadyAsync(XlDomain domain, ReadyRule readiness)
    {
        try
        {
            return readiness switch
            {
                ReadyRule.Tcp tcp => await AcceptsAsync(tcp.Host, tcp.Port).ConfigureAwait(false),
                ReadyRule.Node node => await HasAsync(domain, node).ConfigureAwait(false),
                _ => await AreConnectedAsync(domain).ConfigureAwait(false),
            };
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            return false; // not ready yet, or no longer
        }
    }

    // One need at a time, because the host names only the first missing item.
    static IEnumerable<GuestConfig> Needs(GuestConfig config)
    {
        var none = config with { Disks = [], Bridges = [], Annotations = config.Annotations with { Wait = [] } };
        return
        [
            .. config.Annotations.Wait.Select(path => none with { Annotations = none.Annotations with { Wait = [path] } }),
            .. config.Disks.Select(disk => none with { Disks = [disk] }),
            .. config.Bridges.Select(bridge => none with { Bridges = [bridge] }),
        ];
    }

    // A bridge of Open vSwitch is a device but no bridge of the kernel. Its VLANs ("ovsbr0.100") are no devices at all.
    static bool IsVlanOfSwitch(string bridge) =>
        bridge.LastIndexOf('.') is > 0 and var dot && Directory.Exists(Networks + bridge[..dot])
            && !Directory.Exists($"{Networks}{bridge[..dot]}/bridge");

    // A line of /proc/self/mounts holds what is mounted, where, and its type. Blanks in names are written as \040.
    static bool IsMounted(string folder) =>
        File.ReadLines("/proc/self/mounts")
            .Any(line =>
                line.Split(' ') is [_, var where, ..] && where.Replace("\\040", " ", StringComparison.Ordinal) == folder.TrimEnd('/'));

    static async Task<bool> AcceptsAsync(string host, int port)
    {
        using var client = new TcpClient();
        using var limit = new CancellationTokenSource(ForConnection);
        try
        {
            await client.ConnectAsync(host, port, limit.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    async Task<bool> HasAsync(XlDomain domain, ReadyRule.Node node)
    {
        if (await news.StoreAsync().ConfigureAwait(false) is not { } store)
            return false;
        string path = node.Path.StartsWith('/') ? node.Path
            : $"{await store.HomeOfAsync((ushort)domain.Id).ConfigureAwait(false)}/{node.Path}";
        return await store.ReadTextAsync(path).ConfigureAwait(false) is { } value && (node.Value is null || node.Value == value);
    }

    async Task<bool> AreConnectedAsync(XlDomain domain)
    {
        if (await news.StoreAsync().ConfigureAwait(false) is not { } store)
            return false;
        string devices = $"{await store.HomeOfAsync((ushort)domain.Id).ConfigureAwait(false)}/device";
        foreach (string kind in (string[])["vbd", "vif"])
            foreach (string device in await store.ListAsync($"{devices}/{kind}").ConfigureAwait(false) ?? [])
                if (await store.ReadTextAsync($"{devices}/{kind}/{device}/state").ConfigureAwait(false) != Connected)
                    return false;
        return true;
    }
}
