using System.Collections.Concurrent;
using System.Globalization;
using Xen.Loop;
using Xen.StoreClient;
using XenConsoled.Core;

namespace XenConsoled.Consoles;

/// <summary>
/// The daemon's side of the store. It lives on other threads, for a store may be slow or away for as long as it likes; what it hears it posts to the
/// loop. A store that ends is connected to again until there is one.
/// </summary>
sealed class ConsoleStore(EventLoop loop) : IAsyncDisposable
{
    /// <summary>In place of a domid: the pattern for all.</summary>
    internal const ushort AllDomains = 0xFFFF;

    const string LogConsole = "/local/logconsole"; // xapi's
    const int FirstRetryMs = 50, LastRetryMs = 1000;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5); // with a store that is to answer its first requests

    readonly CancellationTokenSource ending = new();
    readonly Dictionary<ushort, Followed> followed = []; // the loop's
    readonly ConcurrentDictionary<ConsoleId, string> ptys = []; // of those that are told, or about to be
    StoreClient? client; // the loop's: null while there is none
    bool hasSocket;
    Task running = Task.CompletedTask;

    /// <summary>Who is told, on the loop's thread; to be set before <see cref="Start"/>.</summary>
    internal Consoles? Consoles { get; set; }

    /// <summary>Told the file that xapi wants a domain's console logged to, null for none; of <see cref="AllDomains"/> the pattern.</summary>
    internal Action<ushort, string?> LogFileCame { get; set; } = (_, _) => { };

    /// <summary>A domain of which news is wanted. Its keys are read one time after the other, so that the last to come is the newest.</summary>
    sealed class Followed(ushort domid)
    {
        internal ushort Domid => domid;
        internal CancellationTokenSource Forgotten { get; } = new();
        internal SemaphoreSlim Reading { get; } = new(1);
    }

    internal void Start() => running = Task.Run(RunAsync);

    /// <summary>Reads a domain's keys, now and whenever they change, until <see cref="Forget"/>.</summary>
    internal void Follow(ushort domid)
    {
        if (followed.TryAdd(domid, new(domid)) && client is { } store)
            _ = FollowAsync(store, followed[domid]);
    }

    internal void Forget(ushort domid)
    {
        if (!followed.Remove(domid, out var domain))
            return;
        domain.Forgotten.Cancel();
        ptys.TryRemove(new(domid, ConsoleKind.Pv), out _);
        ptys.TryRemove(new(domid, ConsoleKind.Vuart), out _);
    }

    /// <summary>Tells where a console's pty is, if the console still has its node: a node of a domain that is gone must not come back.</summary>
    internal void TellPty(ConsoleId console, string path)
    {
        ptys[console] = path;
        if (client is { } store)
            _ = Guarded(store, ending.Token, () => store.TransactAsync(async transaction =>
            {
                // The newest path, whichever call this is of.
                if (await transaction.ReadAsync(console.Node + "/port").ConfigureAwait(false) is not null && ptys.TryGetValue(console, out string? newest))
                    await transaction.WriteAsync(console.Node + "/tty", newest).ConfigureAwait(false);
            }));
    }

    /// <summary>Reads all that is followed once more.</summary>
    internal void ReadAgain()
    {
        if (client is { } store)
            foreach (var domain in followed.Values)
                _ = Guarded(store, domain.Forgotten.Token, () => ReadAsync(store, domain));
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(false);
        ending.Dispose();
    }

    async Task RunAsync()
    {
        int wait = FirstRetryMs;
        string said = "";
        while (!ending.IsCancellationRequested)
        {
            try
            {
                await using var store = Connect(); // with which its watches end
                var introduced = await store.WatchAsync("@introduceDomain").WaitAsync(Patience, ending.Token).ConfigureAwait(false);
                var released = await store.WatchAsync("@releaseDomain").WaitAsync(Patience, ending.Token).ConfigureAwait(false);
                var logged = await store.WatchAsync(LogConsole).WaitAsync(Patience, ending.Token).ConfigureAwait(false);
                wait = FirstRetryMs;
                said = "";
                loop.Post(() => Came(store));
                _ = TellDomainsAsync(introduced);
                _ = TellDomainsAsync(released);
                _ = TellLogFilesAsync(store, logged);
                await store.Closed.WaitAsync(ending.Token).ConfigureAwait(false);
                loop.Post(() => Went("it ended the connection"));
            }
            catch (Exception e) when (e is IOException or TimeoutException)
            {
                string why = e.Message;
                if (why != said)
                    loop.Post(() => Went(why));
                said = why;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            await Task.Delay(wait, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            wait = Math.Min(wait * 2, LastRetryMs);
        }
    }

    // Where there was a socket, its absence means that the store is being started anew, and not that it is behind the kernel.
    StoreClient Connect()
    {
        var store = hasSocket ? StoreClient.ConnectSocket(StoreClient.DefaultSocket) : StoreClient.Connect();
        hasSocket |= File.Exists(StoreClient.DefaultSocket);
        return store;
    }

    void Came(StoreClient store)
    {
        client = store;
        foreach (var domain in followed.Values)
            _ = FollowAsync(store, domain);
        Consoles!.StoreCame();
    }

    void Went(string why)
    {
        client = null;
        Consoles!.StoreWent(why);
    }

    async Task TellDomainsAsync(StoreWatch watch)
    {
        await foreach (string _ in watch.AllAsync().ConfigureAwait(false))
            loop.Post(Consoles!.DomainsChanged);
    }

    async Task TellLogFilesAsync(StoreClient store, StoreWatch watch)
    {
        await foreach (string path in watch.AllAsync().ConfigureAwait(false))
            await Guarded(store, ending.Token, async () =>
            {
                string name = path[LogConsole.Length..].TrimStart('/');
                foreach (string child in name.Length > 0 ? [name] : await store.ListAsync(LogConsole).ConfigureAwait(false) ?? [])
                    if (child == "@" || ushort.TryParse(child, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                    {
                        string? file = await store.ReadTextAsync($"{LogConsole}/{child}").ConfigureAwait(false);
                        loop.Post(() => LogFileCame(child == "@" ? AllDomains : ushort.Parse(child, CultureInfo.InvariantCulture), file is { Length: > 0 } ? file : null));
                    }
            }).ConfigureAwait(false);
    }

    // Its console, and its name, by which its log and our clients know it.
    Task FollowAsync(StoreClient store, Followed domain)
    {
        string console = new ConsoleId(domain.Domid, ConsoleKind.Pv).Node;
        var token = domain.Forgotten.Token;
        return Task.WhenAll(Guarded(store, token, () => FollowAsync(store, domain, console)), Guarded(store, token, () => FollowAsync(store, domain, $"/local/domain/{domain.Domid}/name")));
    }

    async Task FollowAsync(StoreClient store, Followed domain, string node)
    {
        await using var watch = await store.WatchAsync(node).ConfigureAwait(false);
        await foreach (string path in watch.AllAsync(domain.Forgotten.Token).ConfigureAwait(false))
            if (!path.EndsWith("/tty", StringComparison.Ordinal)) // which we wrote
                await ReadAsync(store, domain).ConfigureAwait(false);
    }

    async Task ReadAsync(StoreClient store, Followed domain)
    {
        await domain.Reading.WaitAsync(domain.Forgotten.Token).ConfigureAwait(false);
        try
        {
            await ReadNowAsync(store, domain).ConfigureAwait(false);
        }
        finally
        {
            domain.Reading.Release();
        }
    }

    async Task ReadNowAsync(StoreClient store, Followed domain)
    {
        ushort domid = domain.Domid;
        string name = await store.ReadAsync($"/local/domain/{domid}/name").ConfigureAwait(false) is { } bytes ? GuestName.Of(bytes) : "unknown";
        var pv = await KeysAsync(store, new(domid, ConsoleKind.Pv), name).ConfigureAwait(false);
        var vuart = await KeysAsync(store, new(domid, ConsoleKind.Vuart), name).ConfigureAwait(false);
        loop.Post(() =>
        {
            if (followed.GetValueOrDefault(domid) != domain)
                return; // it is gone, and another may have its id by now
            Consoles!.KeysCame(new(domid, ConsoleKind.Pv), pv);
            Consoles!.KeysCame(new(domid, ConsoleKind.Vuart), vuart);
        });
    }

    async Task<ConsoleKeys?> KeysAsync(StoreClient store, ConsoleId console, string name)
    {
        string? ring = await store.ReadTextAsync(console.Node + "/ring-ref").ConfigureAwait(false);
        string? port = await store.ReadTextAsync(console.Node + "/port").ConfigureAwait(false);
        if (!ulong.TryParse(ring, NumberStyles.None, CultureInfo.InvariantCulture, out ulong frame) || !uint.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out uint number))
            return null;
        string? type = await store.ReadTextAsync(console.Node + "/type").ConfigureAwait(false);
        string? limit = await store.ReadTextAsync(console.Node + "/limit").ConfigureAwait(false);
        // Who made the node anew (a toolstack after a store that kept nothing) must learn of a pty that is there already.
        if (ptys.TryGetValue(console, out string? path) && await store.ReadTextAsync(console.Node + "/tty").ConfigureAwait(false) is null or "")
            TellPty(console, path);
        return new(name, frame, number, type is null or "xenconsoled", ConsoleLimit.Parse(limit));
    }

    // Never on the loop's thread, which must not wait for a store that takes nothing. What the store refuses is said, and tried again each second:
    // a domain without its console could not even be made. A store that went answers by ending everything; that is told once, by RunAsync.
    async Task Guarded(StoreClient store, CancellationToken until, Func<Task> work)
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
                        loop.Post(() => Consoles!.StoreRefused(e.Message));
                    await store.Closed.WaitAsync(TimeSpan.FromMilliseconds(LastRetryMs), until).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
