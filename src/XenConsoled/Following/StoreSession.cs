using System.Collections.Concurrent;
using System.Globalization;
using Xen.Client;
using Xen.Linux.Loop;
using XenConsoled.Core;
using XenConsoled.Logs;

namespace XenConsoled.Following;

/// <summary>One connection to a store: requests to it and reports from it. It ends with the connection.</summary>
/// <param name="news">Receives the reports, on the loop's thread.</param>
/// <param name="ptys">Paths of the consoles' ptys. A write always uses the newest path.</param>
/// <param name="ending">Cancelled when the daemon ends.</param>
sealed class StoreSession(StoreClient store, EventLoop loop, IStoreNews news, ConcurrentDictionary<ConsoleId, string> ptys,
    CancellationToken ending)
{
    /// <summary>The node where xapi names the log files of consoles.</summary>
    internal const string LogConsole = "/local/logconsole";

    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1); // before a refused request is repeated

    /// <summary>
    /// Reads a domain's keys, now and whenever they change. These are the console's keys, and the name that its log and our clients use.
    /// </summary>
    internal void Follow(FollowedDomain domain)
    {
        string console = new ConsoleId(domain.Domid, ConsoleKind.Pv).Node;
        _ = Guarded(domain.Forgotten.Token, () => FollowAsync(domain, console));
        _ = Guarded(domain.Forgotten.Token, () => FollowAsync(domain, $"/local/domain/{domain.Domid}/name"));
    }

    /// <summary>Reads a domain's keys.</summary>
    internal void Read(FollowedDomain domain) => _ = Guarded(domain.Forgotten.Token, () => ReadAsync(domain));

    /// <summary>Writes a console's pty path to the store if the console still has its node.</summary>
    internal void WritePtyPath(ConsoleId console) => _ = Guarded(ending, () => store.TransactAsync(async transaction =>
    {
        if (await transaction.ReadAsync(console.Node + "/port").ConfigureAwait(false) is not null
            && ptys.TryGetValue(console, out string? newest))
            await transaction.WriteAsync(console.Node + "/tty", newest).ConfigureAwait(false);
    }));

    /// <summary>Reports domains that come and go, until the connection ends.</summary>
    internal async Task ReportDomainsAsync(StoreWatch watch)
    {
        await foreach (string _ in watch.AllAsync().ConfigureAwait(false))
            loop.Post(news.DomainsChanged);
    }

    /// <summary>Reports the log files that xapi names, until the connection ends.</summary>
    internal async Task ReportLogFilesAsync(StoreWatch watch)
    {
        await foreach (string path in watch.AllAsync().ConfigureAwait(false))
            await Guarded(ending, async () =>
            {
                string name = path[LogConsole.Length..].TrimStart('/');
                foreach (string child in name.Length > 0 ? [name] : await store.ListAsync(LogConsole).ConfigureAwait(false) ?? [])
                    if (child == "@" || ushort.TryParse(child, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                    {
                        ushort domid = child == "@" ? ConsoleLogs.AllDomains : ushort.Parse(child, CultureInfo.InvariantCulture);
                        string? file = await store.ReadTextAsync($"{LogConsole}/{child}").ConfigureAwait(false);
                        loop.Post(() => news.LogFileCame(domid, file is { Length: > 0 } ? file : null));
                    }
            }).ConfigureAwait(false);
    }

    async Task FollowAsync(FollowedDomain domain, string node)
    {
        await using var watch = await store.WatchAsync(node).ConfigureAwait(false);
        await foreach (string path in watch.AllAsync(domain.Forgotten.Token).ConfigureAwait(false))
            if (!path.EndsWith("/tty", StringComparison.Ordinal)) // we write this node ourselves
                await ReadAsync(domain).ConfigureAwait(false);
    }

    async Task ReadAsync(FollowedDomain domain)
    {
        await domain.Reading.WaitAsync(domain.Forgotten.Token).ConfigureAwait(false);
        try
        {
            await ReadNowAsync(domain).ConfigureAwait(false);
        }
        finally
        {
            domain.Reading.Release();
        }
    }

    async Task ReadNowAsync(FollowedDomain domain)
    {
        ConsoleId pv = new(domain.Domid, ConsoleKind.Pv), vuart = new(domain.Domid, ConsoleKind.Vuart);
        byte[]? bytes = await store.ReadAsync($"/local/domain/{domain.Domid}/name").ConfigureAwait(false);
        string name = bytes is null ? "unknown" : GuestName.Of(bytes);
        var ofPv = await KeysAsync(pv, name).ConfigureAwait(false);
        var ofVuart = await KeysAsync(vuart, name).ConfigureAwait(false);
        loop.Post(() =>
        {
            if (domain.Forgotten.IsCancellationRequested)
                return; // it is gone, and another domain may have its id
            news.KeysCame(pv, ofPv);
            news.KeysCame(vuart, ofVuart);
        });
    }

    async Task<ConsoleKeys?> KeysAsync(ConsoleId console, string name)
    {
        string? ring = await store.ReadTextAsync(console.Node + "/ring-ref").ConfigureAwait(false);
        string? port = await store.ReadTextAsync(console.Node + "/port").ConfigureAwait(false);
        if (!ulong.TryParse(ring, NumberStyles.None, CultureInfo.InvariantCulture, out ulong frame)
            || !uint.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out uint number))
            return null;
        string? type = await store.ReadTextAsync(console.Node + "/type").ConfigureAwait(false);
        string? limit = await store.ReadTextAsync(console.Node + "/limit").ConfigureAwait(false);
        // A toolstack may make the node again, after a store that kept nothing. The new node must get the path of the pty that exists.
        if (ptys.ContainsKey(console) && await store.ReadTextAsync(console.Node + "/tty").ConfigureAwait(false) is null or "")
            WritePtyPath(console);
        return new(name, frame, number, type is null or "xenconsoled", ConsoleLimit.Parse(limit));
    }

    // Never runs on the loop's thread, because the store may take any time to answer. A refusal by the store is logged once, and the
    // request is repeated each second: without its console, a domain could not even be made. When the store is gone, every request fails,
    // and ConsoleStore logs that once.
    async Task Guarded(CancellationToken until, Func<Task> work)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            for (bool isReported = false; ; isReported = true)
                try
                {
                    await work().ConfigureAwait(false);
                    return;
                }
                catch (StoreException e)
                {
                    if (!isReported)
                        loop.Post(() => news.StoreRefused(e.Message));
                    await store.Closed.WaitAsync(Pause, until).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    if (store.Closed.IsCompleted || until.IsCancellationRequested)
                        return;
                }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The store is gone, or the daemon ends.
        }
    }
}
