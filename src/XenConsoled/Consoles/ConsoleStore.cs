using System.Globalization;
using Xen.Loop;
using Xen.StoreClient;
using XenConsoled.Core;

namespace XenConsoled.Consoles;

/// <summary>What the store tells the consoles; called on the loop's thread.</summary>
interface IStoreNews
{
    /// <summary>There is a store (again): all that it should know must be told to it.</summary>
    void StoreCame();

    /// <summary>The store is gone; consoles go on without.</summary>
    void StoreWent(string why);

    /// <summary>Domains came or went.</summary>
    void DomainsChanged();

    /// <summary>The keys of a console; null if there is none.</summary>
    void KeysCame(ConsoleId console, ConsoleKeys? keys);

    /// <summary>The file that xapi wants a domain's console logged to; null for none. 0xFFFF: the pattern for all domains.</summary>
    void LogFileCame(ushort domid, string? path);

    /// <summary>A node could not be read or written.</summary>
    void StoreRefused(string why);
}

/// <summary>
/// The daemon's side of the store. It lives on other threads, for a store may be slow or away for as long as it likes; what it hears it posts to the
/// loop. A store that ends is connected to again until there is one.
/// </summary>
/// <param name="socket">The store's socket; null to choose as libxenstore does.</param>
sealed class ConsoleStore(EventLoop loop, string? socket = null) : IAsyncDisposable
{
    /// <summary>In place of a domid: the pattern for all.</summary>
    internal const ushort AllDomains = 0xFFFF;

    const string LogConsole = "/local/logconsole"; // xapi's
    const int FirstRetryMs = 50, LastRetryMs = 1000;

    readonly CancellationTokenSource ending = new();
    readonly Dictionary<ushort, CancellationTokenSource> followed = []; // the loop's
    StoreClient? client; // the loop's: null while there is none
    bool hasSocket;
    Task running = Task.CompletedTask;

    /// <summary>Who is told; to be set before <see cref="Start"/>.</summary>
    internal IStoreNews? News { get; set; }

    internal void Start() => running = Task.Run(RunAsync);

    /// <summary>Reads a domain's keys, now and whenever they change, until <see cref="Forget"/>.</summary>
    internal void Follow(ushort domid)
    {
        if (followed.TryAdd(domid, new()) && client is { } store)
            _ = FollowAsync(store, domid, followed[domid].Token);
    }

    internal void Forget(ushort domid)
    {
        if (followed.Remove(domid, out var source))
            source.Cancel();
    }

    /// <summary>Tells where a console's pty is, if the console still has its node: a node of a domain that is gone must not come back.</summary>
    internal void TellPty(ConsoleId console, string path)
    {
        if (client is { } store)
            _ = Guarded(() => store.TransactAsync(async transaction =>
            {
                if (await transaction.ReadAsync(console.Node + "/port").ConfigureAwait(false) is not null)
                    await transaction.WriteAsync(console.Node + "/tty", path).ConfigureAwait(false);
            }));
    }

    /// <summary>Reads all that is followed once more.</summary>
    internal void ReadAgain()
    {
        if (client is { } store)
            foreach (ushort domid in followed.Keys)
                _ = Guarded(() => ReadAsync(store, domid));
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
                await using var store = Connect();
                await using var introduced = await store.WatchAsync("@introduceDomain").ConfigureAwait(false);
                await using var released = await store.WatchAsync("@releaseDomain").ConfigureAwait(false);
                await using var logged = await store.WatchAsync(LogConsole).ConfigureAwait(false);
                wait = FirstRetryMs;
                said = "";
                loop.Post(() => Came(store));
                _ = TellDomainsAsync(introduced);
                _ = TellDomainsAsync(released);
                _ = TellLogFilesAsync(store, logged);
                await store.Closed.WaitAsync(ending.Token).ConfigureAwait(false);
                loop.Post(() => Went("it ended the connection"));
            }
            catch (IOException e)
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
        var store = socket is not null || hasSocket ? StoreClient.ConnectSocket(socket ?? StoreClient.DefaultSocket) : StoreClient.Connect();
        hasSocket |= File.Exists(socket ?? StoreClient.DefaultSocket);
        return store;
    }

    void Came(StoreClient store)
    {
        client = store;
        foreach (var (domid, source) in followed)
            _ = FollowAsync(store, domid, source.Token);
        News!.StoreCame();
    }

    void Went(string why)
    {
        client = null;
        News!.StoreWent(why);
    }

    async Task TellDomainsAsync(StoreWatch watch)
    {
        await foreach (string _ in watch.AllAsync().ConfigureAwait(false))
            loop.Post(News!.DomainsChanged);
    }

    async Task TellLogFilesAsync(StoreClient store, StoreWatch watch)
    {
        await foreach (string path in watch.AllAsync().ConfigureAwait(false))
            await Guarded(async () =>
            {
                string name = path[LogConsole.Length..].TrimStart('/');
                foreach (string child in name.Length > 0 ? [name] : await store.ListAsync(LogConsole).ConfigureAwait(false) ?? [])
                    if (child == "@" || ushort.TryParse(child, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                    {
                        string? file = await store.ReadTextAsync($"{LogConsole}/{child}").ConfigureAwait(false);
                        loop.Post(() => News!.LogFileCame(child == "@" ? AllDomains : ushort.Parse(child, CultureInfo.InvariantCulture), file is { Length: > 0 } ? file : null));
                    }
            }).ConfigureAwait(false);
    }

    Task FollowAsync(StoreClient store, ushort domid, CancellationToken forgotten) => Guarded(async () =>
    {
        var pv = new ConsoleId(domid, ConsoleKind.Pv);
        await using var watch = await store.WatchAsync(pv.Node).ConfigureAwait(false);
        await foreach (string path in watch.AllAsync(forgotten).ConfigureAwait(false))
            if (path != pv.Node + "/tty") // which we wrote
                await ReadAsync(store, domid).ConfigureAwait(false);
    });

    async Task ReadAsync(StoreClient store, ushort domid)
    {
        string name = await store.ReadTextAsync($"/local/domain/{domid}/name").ConfigureAwait(false) ?? "unknown";
        var pv = await KeysAsync(store, new(domid, ConsoleKind.Pv), name).ConfigureAwait(false);
        var vuart = await KeysAsync(store, new(domid, ConsoleKind.Vuart), name).ConfigureAwait(false);
        loop.Post(() =>
        {
            if (!followed.ContainsKey(domid))
                return;
            News!.KeysCame(new(domid, ConsoleKind.Pv), pv);
            News!.KeysCame(new(domid, ConsoleKind.Vuart), vuart);
        });
    }

    static async Task<ConsoleKeys?> KeysAsync(StoreClient store, ConsoleId console, string name)
    {
        string? ring = await store.ReadTextAsync(console.Node + "/ring-ref").ConfigureAwait(false);
        string? port = await store.ReadTextAsync(console.Node + "/port").ConfigureAwait(false);
        if (!ulong.TryParse(ring, NumberStyles.None, CultureInfo.InvariantCulture, out ulong frame) || !uint.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out uint number))
            return null;
        string? type = await store.ReadTextAsync(console.Node + "/type").ConfigureAwait(false);
        string? limit = await store.ReadTextAsync(console.Node + "/limit").ConfigureAwait(false);
        return new(name, frame, number, type is null or "xenconsoled", ConsoleLimit.Parse(limit));
    }

    // A store that went answers by ending everything; that is told once, by RunAsync.
    async Task Guarded(Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (StoreException e)
        {
            loop.Post(() => News!.StoreRefused(e.Message));
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The store went, or we go.
        }
    }
}
