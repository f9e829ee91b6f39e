using System.Collections.Concurrent;
using System.Globalization;
using Xen.Client;
using Xen.Linux.Loop;
using XenConsoled.Core;
using XenConsoled.Logs;

namespace XenConsoled.Consoles;

/// <summary>One connection to a store: what is asked of it, and what it tells. It ends with the connection.</summary>
/// <param name="news">Who is told, on the loop's thread.</param>
/// <param name="ptys">Where consoles' ptys are; the newest path is told, whichever call it is of.</param>
/// <param name="ending">The daemon ends.</param>
sealed class StoreSession(StoreClient store, EventLoop loop, IStoreNews news, ConcurrentDictionary<ConsoleId, string> ptys,
    CancellationToken ending)
{
    /// <summary>Where xapi says which file a domain's console is logged to.</summary>
    internal const string LogConsole = "/local/logconsole";

    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1); // before what the store refused is asked again

    /// <summary>
    /// Reads a domain's keys, now and whenever they change: its console's, and its name, by which its log and our clients know it.
    /// </summary>
    internal void Follow(FollowedDomain domain)
    {
        string console = new ConsoleId(domain.Domid, ConsoleKind.Pv).Node;
        _ = Guarded(domain.Forgotten.Token, () => FollowAsync(domain, console));
        _ = Guarded(domain.Forgotten.Token, () => FollowAsync(domain, $"/local/domain/{domain.Domid}/name"));
    }

    /// <summary>Reads a domain's keys.</summary>
    internal void Read(FollowedDomain domain) => _ = Guarded(domain.Forgotten.Token, () => ReadAsync(domain));

    /// <summary>Tells where a console's pty is, if the console still has its node.</summary>
    internal void TellPty(ConsoleId console) => _ = Guarded(ending, () => store.TransactAsync(async transaction =>
    {
        if (await transaction.ReadAsync(console.Node + "/port").ConfigureAwait(false) is not null
            && ptys.TryGetValue(console, out string? newest))
            await transaction.WriteAsync(console.Node + "/tty", newest).ConfigureAwait(false);
    }));

    /// <summary>Tells of domains that come and go, until the connection ends.</summary>
    internal async Task TellDomainsAsync(StoreWatch watch)
    {
        await foreach (string _ in watch.AllAsync().ConfigureAwait(false))
            loop.Post(news.DomainsChanged);
    }

    /// <summary>Tells of the files that xapi wants consoles logged to, until the connection ends.</summary>
    internal async Task TellLogFilesAsync(StoreWatch watch)
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
            if (!path.EndsWith("/tty", StringComparison.Ordinal)) // which we wrote
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
                return; // it is gone, and another may have its id by now
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
        // Who made the node anew (a toolstack after a store that kept nothing) must learn of a pty that is there already.
        if (ptys.ContainsKey(console) && await store.ReadTextAsync(console.Node + "/tty").ConfigureAwait(false) is null or "")
            TellPty(console);
        return new(name, frame, number, type is null or "xenconsoled", ConsoleLimit.Parse(limit));
    }

    // Never on the loop's thread, which must not wait for a store that takes nothing. What the store refuses is said, and tried again each
    // second: a domain without its console could not even be made. A store that went answers by ending everything; that is told once, by
    // ConsoleStore.
    async Task Guarded(CancellationToken until, Func<Task> work)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            for (bool isSaid = false; ; isSaid = true)
                try
                {
                    await work().ConfigureAwait(false);
                    return;
                }
                catch (StoreException e)
                {
                    if (!isSaid)
                        loop.Post(() => news.StoreRefused(e.Message));
                    await store.Closed.WaitAsync(Pause, until).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    if (store.Closed.IsCompleted || until.IsCancellationRequested)
                        return;
                }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The store went, or we go.
        }
    }
}
