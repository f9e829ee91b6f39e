using System.Threading.Channels;

namespace Xen.Client;

/// <summary>
/// The changes at and below a path, as a stream of changed paths. The first is the path itself; it comes at once. A path that waits to be
/// read is not added a second time. A slow reader loses no change: when too many paths wait, the watched path itself replaces them all,
/// which means "look at everything". Disposing ends the watch. Only one reader at a time may use it.
/// </summary>
public sealed class StoreWatch : StoreWatcher
{
    /// <summary>The most changed paths that wait.</summary>
    public const int MostWaiting = 16384;

    readonly Lock gate = new();
    readonly Queue<string> waiting = new();
    readonly HashSet<string> known = [];
    readonly Channel<bool> bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    internal StoreWatch(StoreClient client, string path, string token) : base(client, path, token)
    {
    }

    /// <summary>Waits for the next changed path; null when the watch or the connection has ended.</summary>
    public async ValueTask<string?> NextAsync(CancellationToken cancellation = default)
    {
        while (true)
        {
            lock (gate)
                if (waiting.TryDequeue(out string? path))
                {
                    known.Remove(path);
                    return path;
                }
            if (!await bell.Reader.WaitToReadAsync(cancellation).ConfigureAwait(false))
                return null;
            bell.Reader.TryRead(out _);
        }
    }

    /// <summary>All changed paths, until the watch or the connection ends.</summary>
    public async IAsyncEnumerable<string> AllAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation = default)
    {
        while (await NextAsync(cancellation).ConfigureAwait(false) is { } path)
            yield return path;
    }

    internal override void Add(string path)
    {
        lock (gate)
        {
            if (waiting.Count == MostWaiting)
            {
                waiting.Clear();
                known.Clear();
                path = Path;
            }
            if (!known.Add(path))
                return;
            waiting.Enqueue(path);
        }
        bell.Writer.TryWrite(true);
    }

    internal override void End() => bell.Writer.TryComplete();
}
