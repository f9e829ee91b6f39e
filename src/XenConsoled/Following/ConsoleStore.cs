using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Xen.Client;
using Xen.Linux.Loop;
using XenConsoled.Core;

namespace XenConsoled.Following;

/// <summary>
/// The daemon's side of the store. It works on other threads, because a store may be slow or away for any time. It posts what it learns
/// to the loop. When the store ends, it tries to connect until there is a store again.
/// </summary>
sealed class ConsoleStore(EventLoop loop) : IAsyncDisposable
{
    const string LogConsole = StoreSession.LogConsole;
    const int FirstRetryMs = 50, LastRetryMs = 1000;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5); // for the store's answers to the first requests

    readonly CancellationTokenSource ending = new();
    readonly HashSet<ushort> followed = []; // on the loop's thread
    readonly ConcurrentDictionary<ConsoleId, string> ptys = []; // paths that are in the store, or will be
    StoreSession? session; // on the loop's thread; null while there is no store
    bool hasSocket;
    Task running = Task.CompletedTask;

    /// <summary>Connects, now and whenever the store comes back.</summary>
    /// <param name="news">Receives what the store reports.</param>
    internal void Start(IStoreNews news)
    {
        running = Task.Run(() => RunAsync(news));
        // A fault of our own must not leave a daemon that follows nobody: it ends, and the next process goes on with the consoles.
        _ = running.ContinueWith(ended => loop.Post(() => ExceptionDispatchInfo.Throw(ended.Exception!.InnerException!)),
            CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    /// <summary>Reads a domain's keys, now and whenever they change, until <see cref="Forget"/>.</summary>
    internal void Follow(ushort domid)
    {
        if (followed.Add(domid))
            session?.Follow(domid);
    }

    internal void Forget(ushort domid)
    {
        if (!followed.Remove(domid))
            return;
        session?.Forget(domid);
        ptys.TryRemove(new(domid, ConsoleKind.Pv), out _);
        ptys.TryRemove(new(domid, ConsoleKind.Vuart), out _);
    }

    /// <summary>
    /// Writes a console's pty path to the store if the console still has its node. The node of a domain that is gone must not come back.
    /// </summary>
    internal void WritePtyPath(ConsoleId console, string path)
    {
        ptys[console] = path;
        session?.WritePtyPath(console);
    }

    /// <summary>Reads the keys of all followed domains again.</summary>
    internal void ReadAgain() => session?.ReadAgain();

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(false);
        ending.Dispose();
    }

    async Task RunAsync(IStoreNews news)
    {
        int wait = FirstRetryMs;
        string reported = "";
        while (!ending.IsCancellationRequested)
        {
            try
            {
                await using var store = Connect(); // its end also ends its watches
                var introduced = await WatchAsync(store, "@introduceDomain").ConfigureAwait(false);
                var released = await WatchAsync(store, "@releaseDomain").ConfigureAwait(false);
                var logged = await WatchAsync(store, LogConsole).ConfigureAwait(false);
                wait = FirstRetryMs;
                reported = "";
                var came = new StoreSession(store, loop, news, ptys, ending.Token);
                loop.Post(() => Came(came, news));
                await UntilOneEndsAsync(store.Closed, came.WorkAsync(), came.ReportDomainsAsync(introduced),
                    came.ReportDomainsAsync(released), came.ReportLogFilesAsync(logged)).ConfigureAwait(false);
                loop.Post(() => Went("it ended the connection", news));
            }
            catch (Exception e) when (e is IOException or TimeoutException)
            {
                string why = e.Message;
                if (why != reported)
                    loop.Post(() => Went(why, news));
                reported = why;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            await Task.Delay(wait, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            wait = Math.Min(wait * 2, LastRetryMs);
        }
    }

    // All work ends with the connection. A fault before that ends the session; to fail because the connection ended is none.
    async Task UntilOneEndsAsync(Task closed, params Task[] work)
    {
        var first = await Task.WhenAny([closed, .. work]).WaitAsync(ending.Token).ConfigureAwait(false);
        if (!closed.IsCompleted || first.Exception?.InnerException is not (null or IOException))
            await first.ConfigureAwait(false);
    }

    Task<StoreWatch> WatchAsync(StoreClient store, string path) => store.WatchAsync(path).WaitAsync(Patience, ending.Token);

    // If there was a socket before, its absence means that the store restarts. It does not mean that the store is behind the kernel.
    StoreClient Connect()
    {
        var store = hasSocket ? StoreClient.ConnectSocket(StoreClient.DefaultSocket) : StoreClient.Connect();
        hasSocket |= File.Exists(StoreClient.DefaultSocket);
        return store;
    }

    void Came(StoreSession came, IStoreNews news)
    {
        session = came;
        foreach (ushort domid in followed)
            came.Follow(domid);
        news.StoreCame();
    }

    void Went(string why, IStoreNews news)
    {
        session = null;
        news.StoreWent(why);
    }
}
