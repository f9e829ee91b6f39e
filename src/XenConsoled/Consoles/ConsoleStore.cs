using System.Collections.Concurrent;
using Xen.Client;
using Xen.Linux.Loop;
using XenConsoled.Core;

namespace XenConsoled.Consoles;

/// <summary>
/// The daemon's side of the store. It lives on other threads, for a store may be slow or away for as long as it likes; what it hears it
/// posts to the loop. A store that ends is connected to again until there is one.
/// </summary>
sealed class ConsoleStore(EventLoop loop) : IAsyncDisposable
{
    const string LogConsole = StoreSession.LogConsole;
    const int FirstRetryMs = 50, LastRetryMs = 1000;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5); // with a store that is to answer its first requests

    readonly CancellationTokenSource ending = new();
    readonly Dictionary<ushort, FollowedDomain> followed = []; // the loop's
    readonly ConcurrentDictionary<ConsoleId, string> ptys = []; // of those that are told, or about to be
    StoreSession? session; // the loop's: null while there is no store
    bool hasSocket;
    Task running = Task.CompletedTask;

    /// <summary>Connects, now and whenever the store comes back.</summary>
    /// <param name="news">Who is told what it says.</param>
    internal void Start(IStoreNews news) => running = Task.Run(() => RunAsync(news));

    /// <summary>Reads a domain's keys, now and whenever they change, until <see cref="Forget"/>.</summary>
    internal void Follow(ushort domid)
    {
        var domain = new FollowedDomain(domid);
        if (followed.TryAdd(domid, domain))
            session?.Follow(domain);
    }

    internal void Forget(ushort domid)
    {
        if (!followed.Remove(domid, out var domain))
            return;
        domain.Forgotten.Cancel();
        ptys.TryRemove(new(domid, ConsoleKind.Pv), out _);
        ptys.TryRemove(new(domid, ConsoleKind.Vuart), out _);
    }

    /// <summary>
    /// Tells where a console's pty is, if the console still has its node: a node of a domain that is gone must not come back.
    /// </summary>
    internal void TellPty(ConsoleId console, string path)
    {
        ptys[console] = path;
        session?.TellPty(console);
    }

    /// <summary>Reads all that is followed once more.</summary>
    internal void ReadAgain()
    {
        foreach (var domain in followed.Values)
            session?.Read(domain);
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(false);
        ending.Dispose();
    }

    async Task RunAsync(IStoreNews news)
    {
        int wait = FirstRetryMs;
        string said = "";
        while (!ending.IsCancellationRequested)
        {
            try
            {
                await using var store = Connect(); // with which its watches end
                var introduced = await WatchAsync(store, "@introduceDomain").ConfigureAwait(false);
                var released = await WatchAsync(store, "@releaseDomain").ConfigureAwait(false);
                var logged = await WatchAsync(store, LogConsole).ConfigureAwait(false);
                wait = FirstRetryMs;
                said = "";
                var came = new StoreSession(store, loop, news, ptys, ending.Token);
                loop.Post(() => Came(came, news));
                _ = came.TellDomainsAsync(introduced);
                _ = came.TellDomainsAsync(released);
                _ = came.TellLogFilesAsync(logged);
                await store.Closed.WaitAsync(ending.Token).ConfigureAwait(false);
                loop.Post(() => Went("it ended the connection", news));
            }
            catch (Exception e) when (e is IOException or TimeoutException)
            {
                string why = e.Message;
                if (why != said)
                    loop.Post(() => Went(why, news));
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

    Task<StoreWatch> WatchAsync(StoreClient store, string path) => store.WatchAsync(path).WaitAsync(Patience, ending.Token);

    // Where there was a socket, its absence means that the store is being started anew, and not that it is behind the kernel.
    StoreClient Connect()
    {
        var store = hasSocket ? StoreClient.ConnectSocket(StoreClient.DefaultSocket) : StoreClient.Connect();
        hasSocket |= File.Exists(StoreClient.DefaultSocket);
        return store;
    }

    void Came(StoreSession came, IStoreNews news)
    {
        session = came;
        foreach (var domain in followed.Values)
            came.Follow(domain);
        news.StoreCame();
    }

    void Went(string why, IStoreNews news)
    {
        session = null;
        news.StoreWent(why);
    }
}
