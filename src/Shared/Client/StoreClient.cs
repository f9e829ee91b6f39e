using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Xen.Linux;
using Xen.Linux.Sockets;
using Xen.Protocol.Wire;

namespace Xen.Client;

/// <summary>
/// A client of the store: any xenstored's socket, or where there is none the kernel's own connection (/dev/xen/xenbus), as libxenstore
/// chooses. Safe to use from several threads; requests may be under way together.
/// </summary>
public sealed class StoreClient : StoreView, IAsyncDisposable
{
    const string KernelDevice = "/dev/xen/xenbus", OldKernelDevice = "/proc/xen/xenbus";

    readonly ConcurrentDictionary<string, StoreWatch> watches = new();
    int lastToken;

    StoreClient(StoreConnection connection) : base(connection, 0)
    {
        connection.EventCame = EventCame;
        _ = connection.Closed.ContinueWith(_ => EndWatches(), TaskScheduler.Default);
    }

    /// <summary>Ends when the store ends the connection, or when the client is disposed.</summary>
    public Task Closed => Connection.Closed;

    /// <summary>The socket of the store of this host: XENSTORED_PATH, else <c>socket</c> in XENSTORED_RUNDIR or /run/xenstored.</summary>
    public static string DefaultSocket =>
        Environment.GetEnvironmentVariable("XENSTORED_PATH") is { Length: > 0 } path ? path
        : Path.Combine(Environment.GetEnvironmentVariable("XENSTORED_RUNDIR") is { Length: > 0 } folder ? folder : "/run/xenstored", "socket");

    /// <summary>Connects to this host's store by its socket, else through the kernel.</summary>
    /// <exception cref="PosixException">Neither is there.</exception>
    public static StoreClient Connect()
    {
        var socket = UnixSocket.TryConnect(DefaultSocket, out int errno);
        if (socket is not null)
            return new(new(socket, DefaultSocket));
        foreach (string device in (ReadOnlySpan<string>)[KernelDevice, OldKernelDevice])
            if (FileDescriptor.TryOpenReadWrite(device, out _) is { } kernel)
                return new(new(kernel, device, isKernel: true));
        throw new PosixException($"connect to {DefaultSocket} and open {KernelDevice}", errno, "does a xenstored run?");
    }

    /// <summary>Connects to the store behind a socket.</summary>
    /// <exception cref="PosixException">Nobody serves it.</exception>
    public static StoreClient ConnectSocket(string path) =>
        new(new(UnixSocket.TryConnect(path, out int errno) ?? throw new PosixException("connect " + path, errno, "does a xenstored run?"), path));

    /// <summary>
    /// Connects through the kernel: the only way in a guest. Where nobody serves the kernel, requests wait until somebody does.
    /// </summary>
    /// <exception cref="PosixException">There is no such device: not a domain of Xen's.</exception>
    public static StoreClient ConnectKernel() =>
        new(new(FileDescriptor.TryOpenReadWrite(KernelDevice, out int errno) ?? throw new PosixException("open " + KernelDevice, errno, "does this system run on Xen?"), KernelDevice, isKernel: true));

    /// <summary>Watches a path and all below it.</summary>
    /// <param name="depth">How many levels below are told, 0 for the path alone; null for all. Stores before Xen 4.22 know no depth and
    /// refuse, and the kernel knows none.</param>
    /// <exception cref="StoreException">The store refuses.</exception>
    public async Task<StoreWatch> WatchAsync(string path, int? depth = null)
    {
        if (depth is not null && Connection.IsKernel)
            throw new StoreException($"watch {path} to a depth", XsError.EINVAL); // the kernel would watch everything below instead
        string token = Interlocked.Increment(ref lastToken).ToString(CultureInfo.InvariantCulture);
        var watch = new StoreWatch(this, path, token);
        watches[token] = watch; // before the request, for its first event may come at once
        try
        {
            string[] words = depth is { } levels ? [path, token, levels.ToString(CultureInfo.InvariantCulture)] : [path, token];
            await AskAsync(MessageType.Watch, "watch " + path, Words(words)).ConfigureAwait(false);
        }
        catch
        {
            watches.TryRemove(token, out _);
            throw;
        }
        if (Closed.IsCompleted)
            EndWatches();
        return watch;
    }

    /// <summary>
    /// Does something as a transaction, again and again until it met no other. An exception gives it up and goes on to the caller.
    /// </summary>
    /// <param name="body">What to do; may be called several times, so it should have no other effect than on the transaction.</param>
    /// <param name="cancellation">Ends the trying.</param>
    /// <exception cref="StoreException">The store refuses.</exception>
    public async Task<T> TransactAsync<T>(Func<StoreTransaction, Task<T>> body, CancellationToken cancellation = default)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var id = await AskAsync(MessageType.TransactionStart, "start a transaction", [0]).ConfigureAwait(false);
            var transaction = new StoreTransaction(Connection, uint.Parse(Encoding.ASCII.GetString(id).TrimEnd('\0'), NumberStyles.None, CultureInfo.InvariantCulture));
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
                    // It ended with the connection or by itself; what the caller is to hear is what went wrong first.
                }
                throw;
            }
            if (await transaction.EndAsync(keeps: true).ConfigureAwait(false))
                return result;
        }
    }

    /// <summary>The same for what has no result.</summary>
    /// <exception cref="StoreException">The store refuses.</exception>
    public Task TransactAsync(Func<StoreTransaction, Task> body, CancellationToken cancellation = default) =>
        TransactAsync(async transaction =>
        {
            await body(transaction).ConfigureAwait(false);
            return true;
        }, cancellation);

    /// <summary>A domain's node: <c>/local/domain/3</c>.</summary>
    /// <exception cref="StoreException">The store refuses.</exception>
    public async Task<string> HomeOfAsync(ushort domid) =>
        Strings(await AskAsync(MessageType.GetDomainPath, $"tell the path of domain {domid}", Words($"{domid}")).ConfigureAwait(false)).First();

    /// <summary>Whether a domain was introduced to the store.</summary>
    /// <exception cref="StoreException">The store refuses.</exception>
    public async Task<bool> IsIntroducedAsync(ushort domid) =>
        await AskAsync(MessageType.IsDomainIntroduced, $"tell whether domain {domid} is introduced", Words($"{domid}")).ConfigureAwait(false) is [(byte)'T', ..];

    /// <summary>Introduces a domain to the store.</summary>
    /// <param name="frame">The frame number of its page; most stores find the page by its grant.</param>
    /// <param name="port">Its event channel.</param>
    /// <exception cref="StoreException">The store refuses.</exception>
    public Task IntroduceAsync(ushort domid, ulong frame, uint port) =>
        AskAsync(MessageType.Introduce, $"introduce domain {domid}", Words($"{domid}", $"{frame}", $"{port}"));

    /// <summary>Takes a domain's connection and its nodes away.</summary>
    /// <exception cref="StoreException">The store refuses.</exception>
    public Task ReleaseAsync(ushort domid) => AskAsync(MessageType.Release, $"release domain {domid}", Words($"{domid}"));

    /// <summary>What `xenstore-control` asks; the answer's text.</summary>
    /// <exception cref="StoreException">The store refuses.</exception>
    public async Task<string> ControlAsync(params IEnumerable<string> words) =>
        Encoding.UTF8.GetString(await AskAsync(MessageType.Control, "be controlled: " + string.Join(' ', words), Words(words)).ConfigureAwait(false)).TrimEnd('\0');

    /// <summary>Ends the connection; what was asked and not answered fails, and watches end.</summary>
    public async ValueTask DisposeAsync()
    {
        Connection.Dispose();
        await Closed.ConfigureAwait(false);
        EndWatches();
    }

    internal async ValueTask UnwatchAsync(StoreWatch watch)
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
            // The watch went with the connection.
        }
    }

    void EventCame(byte[] payload)
    {
        string[] words = Strings(payload).ToArray();
        if (words.Length >= 2 && watches.TryGetValue(words[1], out var watch)) // else: of a watch that has just ended
            watch.Add(words[0]);
    }

    void EndWatches()
    {
        foreach (var watch in watches.Values)
            watch.End();
    }
}
