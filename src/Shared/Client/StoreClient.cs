using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Xen.Linux;
using Xen.Linux.Sockets;
using Xen.Protocol.Wire;

namespace Xen.Client;

/// <summary>
/// A client of any xenstored. It uses the store's socket, or if there is none the kernel's own connection (/dev/xen/xenbus), as libxenstore
/// does. Several threads may use it, and several requests may be outstanding.
/// </summary>
public sealed class StoreClient : StoreView, IAsyncDisposable
{
    const string KernelDevice = "/dev/xen/xenbus", OldKernelDevice = "/proc/xen/xenbus";

    readonly ConcurrentDictionary<string, StoreWatcher> watches;
    int lastToken;

    StoreClient(FileDescriptor descriptor, string name, bool isKernel = false) : this(descriptor, name, isKernel, new())
    {
    }

    // The watches are made before the connection, because its thread may pass an event to them as soon as it runs.
    StoreClient(FileDescriptor descriptor, string name, bool isKernel, ConcurrentDictionary<string, StoreWatcher> watches)
        : base(new StoreConnection(descriptor, name, payload => EventCame(watches, payload), isKernel), 0)
    {
        this.watches = watches;
        _ = Closed.ContinueWith(_ => EndWatches(), TaskScheduler.Default);
    }

    /// <summary>Completes when the store ends the connection or the client is disposed.</summary>
    public Task Closed => Connection.Closed;

    /// <summary>The socket of the store of this host: XENSTORED_PATH, else <c>socket</c> in XENSTORED_RUNDIR or /run/xenstored.</summary>
    public static string DefaultSocket
    {
        get
        {
            string? folder = Environment.GetEnvironmentVariable("XENSTORED_RUNDIR");
            return Environment.GetEnvironmentVariable("XENSTORED_PATH") is { Length: > 0 } path
                ? path
                : Path.Combine(string.IsNullOrEmpty(folder) ? "/run/xenstored" : folder, "socket");
        }
    }

    /// <summary>Connects to this host's store by its socket, or else through the kernel.</summary>
    /// <exception cref="PosixException">Both fail.</exception>
    public static StoreClient Connect()
    {
        var socket = UnixSocket.TryConnect(DefaultSocket, out int errno);
        if (socket is not null)
            return new(socket, DefaultSocket);
        foreach (string device in (ReadOnlySpan<string>)[KernelDevice, OldKernelDevice])
            if (FileDescriptor.TryOpenReadWrite(device, out _) is { } kernel)
                return new(kernel, device, isKernel: true);
        throw new PosixException($"connect to {DefaultSocket} and open {KernelDevice}", errno, "does a xenstored run?");
    }

    /// <summary>Connects to the store behind a socket.</summary>
    /// <exception cref="PosixException">Nobody serves it.</exception>
    public static StoreClient ConnectSocket(string path)
    {
        var socket = UnixSocket.TryConnect(path, out int errno)
            ?? throw new PosixException("connect " + path, errno, "does a xenstored run?");
        return new(socket, path);
    }

    /// <summary>
    /// Connects through the kernel, which is the only way in a guest. While no store serves the kernel, requests wait.
    /// </summary>
    /// <exception cref="PosixException">There is no such device, because this system does not run on Xen.</exception>
    public static StoreClient ConnectKernel()
    {
        var kernel = FileDescriptor.TryOpenReadWrite(KernelDevice, out int errno)
            ?? throw new PosixException("open " + KernelDevice, errno, "does this system run on Xen?");
        return new(kernel, KernelDevice, isKernel: true);
    }

    /// <summary>Watches a path and all below it.</summary>
    /// <param name="depth">How many levels below the path are watched, 0 for the path alone; null for all. Stores before Xen 4.22 refuse a
    /// depth, and the kernel does not support one.</param>
    /// <exception cref="StoreException">The store refuses, or a depth was given and the connection is the kernel's.</exception>
    public Task<StoreWatch> WatchAsync(string path, int? depth = null) => WatchAsync(new StoreWatch(this, path, NewToken()), depth);

    /// <summary>Watches a path and all below it, and calls back for each change.</summary>
    /// <param name="changed">Gets the changed path, on the connection's thread: it must not block.</param>
    /// <exception cref="StoreException">The store refuses.</exception>
    public Task<StoreCallback> WatchAsync(string path, Action<string> changed) =>
        WatchAsync(new StoreCallback(this, path, NewToken(), changed), null);

    async Task<T> WatchAsync<T>(T watch, int? depth) where T : StoreWatcher
    {
        string request = "watch " + watch.Path;
        if (depth is not null && Connection.IsKernel)
            throw new StoreException(request + " to a depth", XsError.EINVAL); // the kernel would watch everything below instead
        watches[watch.Token] = watch; // before the request, because the first event may come before its reply
        try
        {
            string[] more = depth is { } levels ? [levels.ToString(CultureInfo.InvariantCulture)] : [];
            await AskAsync(MessageType.Watch, request, Words([watch.Path, watch.Token, .. more])).ConfigureAwait(false);
        }
        catch
        {
            watches.TryRemove(watch.Token, out _);
            throw;
        }
        if (Closed.IsCompleted)
            EndWatches();
        return watch;
    }

    string NewToken() => Interlocked.Increment(ref lastToken).ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// Runs a body in a transaction, and repeats it until there is no conflict. An exception aborts the transaction and is thrown to the
    /// caller.
    /// </summary>
    /// <param name="body">What to do. It may run several times, so it should only affect the transaction.</param>
    /// <param name="cancellation">Stops the repetition.</param>
    /// <exception cref="StoreException">The store refuses.</exception>
    public async Task<T> TransactAsync<T>(Func<StoreTransaction, Task<T>> body, CancellationToken cancellation = default)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            byte[] id = await AskAsync(MessageType.TransactionStart, "start a transaction", [0]).ConfigureAwait(false);
            string number = Encoding.ASCII.GetString(id).TrimEnd('\0');
            var transaction = new StoreTransaction(Connection, uint.Parse(number, NumberStyles.None, CultureInfo.InvariantCulture));
            T result;
            try
            {
                result = await body(transaction).ConfigureAwait(false);
            }
            catch
            {
                try
                {
                    await transaction.EndAsync(keeps: false).ConfigureAwait(false);
                }
                catch (IOException)
                {
                    // The transaction is already gone. The caller gets the first failure.
                }
                throw;
            }
            if (await transaction.EndAsync(keeps: true).ConfigureAwait(false))
                return result;
        }
    }

    /// <summary>Runs a body without a result in a transaction, as <see cref="TransactAsync{T}"/> does.</summary>
    /// <exception cref="StoreException">The store refuses.</exception>
    public Task TransactAsync(Func<StoreTransaction, Task> body, CancellationToken cancellation = default) =>
        TransactAsync(async transaction =>
        {
            await body(transaction).ConfigureAwait(false);
            return true;
        }, cancellation);

    /// <summary>A domain's node: <c>/local/domain/3</c>.</summary>
    /// <exception cref="StoreException">The store refuses.</exception>
    public async Task<string> HomeOfAsync(ushort domid)
    {
        string request = $"tell the path of domain {domid}";
        byte[] answer = await AskAsync(MessageType.GetDomainPath, request, Words($"{domid}")).ConfigureAwait(false);
        return Strings(answer).First();
    }

    /// <summary>Whether a domain was introduced to the store.</summary>
    /// <exception cref="StoreException">The store refuses.</exception>
    public async Task<bool> IsIntroducedAsync(ushort domid)
    {
        string request = $"tell whether domain {domid} is introduced";
        byte[] answer = await AskAsync(MessageType.IsDomainIntroduced, request, Words($"{domid}")).ConfigureAwait(false);
        return answer is [(byte)'T', ..];
    }

    /// <summary>Introduces a domain to the store.</summary>
    /// <param name="frame">The frame number of its page. Most stores ignore it and use the page's grant.</param>
    /// <param name="port">The domain's port of its event channel.</param>
    /// <exception cref="StoreException">The store refuses.</exception>
    public Task IntroduceAsync(ushort domid, ulong frame, uint port) =>
        AskAsync(MessageType.Introduce, $"introduce domain {domid}", Words($"{domid}", $"{frame}", $"{port}"));

    /// <summary>Removes a domain's connection to the store, and its nodes.</summary>
    /// <exception cref="StoreException">The store refuses.</exception>
    public Task ReleaseAsync(ushort domid) => AskAsync(MessageType.Release, $"release domain {domid}", Words($"{domid}"));

    /// <summary>Sends a command as `xenstore-control` does. Returns the text of the answer.</summary>
    /// <exception cref="StoreException">The store refuses.</exception>
    public async Task<string> ControlAsync(params IEnumerable<string> words)
    {
        string request = "be controlled: " + string.Join(' ', words);
        byte[] answer = await AskAsync(MessageType.Control, request, Words([.. words])).ConfigureAwait(false);
        return Encoding.UTF8.GetString(answer).TrimEnd('\0');
    }

    /// <summary>Ends the connection. Requests without an answer fail, and watches end.</summary>
    public async ValueTask DisposeAsync()
    {
        Connection.Dispose();
        await Closed.ConfigureAwait(false);
        EndWatches();
    }

    internal async ValueTask UnwatchAsync(StoreWatcher watch)
    {
        if (!watches.TryRemove(watch.Token, out _))
            return;
        watch.End();
        try
        {
            await AskAsync(MessageType.Unwatch, "unwatch " + watch.Path, Words(watch.Path, watch.Token)).ConfigureAwait(false);
        }
        catch (IOException) when (Closed.IsCompleted)
        {
            // The watch ended with the connection.
        }
    }

    static void EventCame(ConcurrentDictionary<string, StoreWatcher> watches, byte[] payload)
    {
        string[] words = Strings(payload).ToArray();
        if (words.Length >= 2 && watches.TryGetValue(words[1], out var watch)) // else the watch has just ended
            watch.Add(words[0]);
    }

    void EndWatches()
    {
        foreach (var watch in watches.Values)
            watch.End();
    }
}
