using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Xen.Client;
using Xen.Linux.Loop;
using XenConsoled.Core;
using XenConsoled.Logs;

namespace XenConsoled.Following;

/// <summary>
/// One connection to a store: requests to it and reports from it. It ends with the connection. A worker watches and reads the domains'
/// keys, of some domains at a time and of each once: so the keys that arrive last are the newest, and a thousand domains that come at once
/// need little memory.
/// </summary>
/// <param name="news">Receives the reports, on the loop's thread.</param>
/// <param name="ptys">Paths of the consoles' ptys. A write always uses the newest path.</param>
/// <param name="ending">Cancelled when the daemon ends.</param>
sealed class StoreSession(StoreClient store, EventLoop loop, IStoreNews news, ConcurrentDictionary<ConsoleId, string> ptys,
    CancellationToken ending)
{
    /// <summary>The node where xapi names the log files of consoles.</summary>
    internal const string LogConsole = "/local/logconsole";

    const int MostAtOnce = 64; // domains whose keys are read at the same time

    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1); // before a refused request is repeated

    readonly Dictionary<ushort, FollowedDomain> followed = []; // on the loop's thread
    readonly Channel<FollowedDomain> queue = Channel.CreateUnbounded<FollowedDomain>(new() { SingleReader = true });
    int isPosted; // that domains changed

    /// <summary>
    /// Reads a domain's keys, now and whenever they change. These are the console's keys, and the name that its log and our clients use.
    /// </summary>
    internal void Follow(ushort domid)
    {
        var domain = new FollowedDomain(domid);
        followed.Add(domid, domain);
        Queue(domain);
    }

    /// <summary>Ends <see cref="Follow"/>.</summary>
    internal void Forget(ushort domid)
    {
        if (!followed.Remove(domid, out var domain))
            return;
        domain.IsForgotten = true;
        Queue(domain);
    }

    /// <summary>Reads the keys of all followed domains again.</summary>
    internal void ReadAgain()
    {
        foreach (var domain in followed.Values)
            Queue(domain);
    }

    /// <summary>Writes a console's pty path to the store if the console still has its node.</summary>
    internal void WritePtyPath(ConsoleId console) => _ = Guarded(() => store.TransactAsync(async transaction =>
    {
        if (await transaction.ReadAsync(console.Node + "/port").ConfigureAwait(false) is not null
            && ptys.TryGetValue(console, out string? newest))
            await transaction.WriteAsync(console.Node + "/tty", newest).ConfigureAwait(false);
    }));

    /// <summary>Reports domains that come and go, until the connection ends.</summary>
    internal async Task ReportDomainsAsync(StoreWatch watch)
    {
        await foreach (string _ in watch.AllAsync().ConfigureAwait(false))
            if (Interlocked.Exchange(ref isPosted, 1) == 0) // one look at all domains is enough for all that have come since
                loop.Post(() =>
                {
                    Interlocked.Exchange(ref isPosted, 0);
                    news.DomainsChanged();
                });
    }

    /// <summary>Reports the log files that xapi names, until the connection ends.</summary>
    internal async Task ReportLogFilesAsync(StoreWatch watch)
    {
        await foreach (string path in watch.AllAsync().ConfigureAwait(false))
            await Guarded(async () =>
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

    /// <summary>Serves the queue of domains, until the connection ends. If this ends before, no domain is followed any more.</summary>
    /// <exception cref="IOException">The connection has ended, or failed.</exception>
    /// <exception cref="OperationCanceledException">The daemon ends.</exception>
    internal async Task WorkAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // never on the loop's thread
        _ = store.Closed.ContinueWith(_ => queue.Writer.TryComplete(), TaskScheduler.Default);
        var domains = new List<FollowedDomain>();
        while (await queue.Reader.WaitToReadAsync(ending).ConfigureAwait(false))
        {
            domains.Clear();
            while (domains.Count < MostAtOnce && queue.Reader.TryRead(out var domain))
                domains.Add(domain); // each once: it is not queued again before it is served
            await Task.WhenAll(domains.Select(ServeAsync)).ConfigureAwait(false);
        }
    }

    void Queue(FollowedDomain domain)
    {
        if (domain.Queues())
            queue.Writer.TryWrite(domain);
    }

    async Task ServeAsync(FollowedDomain domain)
    {
        domain.Taken();
        domain.IsRefused = !await IsGrantedAsync(
            () => domain.IsForgotten ? UnwatchAsync(domain) : domain.ConsoleWatch is null ? WatchAsync(domain) : ReadAsync(domain),
            reports: !domain.IsRefused).ConfigureAwait(false);
        if (!domain.IsRefused || domain.IsToBeRepeated)
            return;
        domain.IsToBeRepeated = true;
        _ = Task.Delay(Pause, ending).ContinueWith(_ =>
        {
            domain.IsToBeRepeated = false;
            Queue(domain);
        }, TaskScheduler.Default);
    }

    // The console's watch comes last. The report that it begins with queues the domain for its first reading. Reports from before it, of
    // which the name's watch makes at least one, would only have the domain read twice.
    async Task WatchAsync(FollowedDomain domain)
    {
        Action<string> changed = path =>
        {
            if (domain.NameWatch is not null && !path.EndsWith("/tty", StringComparison.Ordinal)) // we write this node ourselves
                Queue(domain);
        };
        domain.NameWatch ??= await store.WatchAsync(domain.NameNode, changed).ConfigureAwait(false);
        domain.ConsoleWatch = await store.WatchAsync(domain.Pv.Node, changed).ConfigureAwait(false);
    }

    static async Task UnwatchAsync(FollowedDomain domain)
    {
        foreach (var watch in (StoreWatcher?[])[domain.NameWatch, domain.ConsoleWatch])
            if (watch is not null)
                await watch.DisposeAsync().ConfigureAwait(false);
    }

    async Task ReadAsync(FollowedDomain domain)
    {
        // All at once: to wait for each answer would cost switches of threads, which cost more than the requests.
        byte[]?[] values = await store.ReadAllAsync([domain.NameNode, domain.Vuart.Node + "/port", .. NodesOf(domain.Pv)])
            .ConfigureAwait(false);
        string name = values[0] is { } bytes ? GuestName.Of(bytes) : "unknown";
        var ofPv = KeysOf(domain.Pv, name, values[2..]);
        var ofVuart = values[1] is null
            ? null
            : KeysOf(domain.Vuart, name, await store.ReadAllAsync(NodesOf(domain.Vuart)).ConfigureAwait(false));
        loop.Post(() =>
        {
            if (domain.IsForgotten || store.Closed.IsCompleted)
                return; // it is gone, and another domain may have its id; or another session reads newer keys
            news.KeysCame(domain.Pv, ofPv);
            news.KeysCame(domain.Vuart, ofVuart);
        });
    }

    // The nodes whose values KeysOf takes, in this order.
    static string[] NodesOf(ConsoleId console) =>
        [.. from key in (string[])["ring-ref", "port", "type", "limit", "tty"] select $"{console.Node}/{key}"];

    // Null if the console has no ring.
    ConsoleKeys? KeysOf(ConsoleId console, string name, byte[]?[] values)
    {
        string?[] texts = Array.ConvertAll(values, value => value is null ? null : Encoding.UTF8.GetString(value));
        if (!ulong.TryParse(texts[0], NumberStyles.None, CultureInfo.InvariantCulture, out ulong frame)
            || !uint.TryParse(texts[1], NumberStyles.None, CultureInfo.InvariantCulture, out uint number))
            return null;
        // A toolstack may make the node again, after a store that kept nothing. The new node must get the path of the pty that exists.
        if (ptys.ContainsKey(console) && string.IsNullOrEmpty(texts[4]))
            WritePtyPath(console);
        return new(name, frame, number, texts[2] is null or "xenconsoled", ConsoleLimit.Parse(texts[3]));
    }

    // Never runs on the loop's thread, because the store may take any time to answer. A refused request is repeated each second: without
    // its console, a domain could not even be made. When the store is gone, every request fails, and ConsoleStore logs that once.
    async Task Guarded(Func<Task> work)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            for (bool isFirst = true; !await IsGrantedAsync(work, reports: isFirst).ConfigureAwait(false); isFirst = false)
            {
                await store.Closed.WaitAsync(Pause, ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (store.Closed.IsCompleted || ending.IsCancellationRequested)
                    return;
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The store is gone, or the daemon ends.
        }
    }

    // Whether the store did not refuse.
    async Task<bool> IsGrantedAsync(Func<Task> work, bool reports)
    {
        try
        {
            await work().ConfigureAwait(false);
            return true;
        }
        catch (StoreException e)
        {
            if (reports)
                loop.Post(() => news.StoreRefused(e.Message));
            return false;
        }
    }
}
