using System.Globalization;
using Xen.Client;

namespace XenDomains.Toolstack;

/// <summary>Reports that domains come and go: by a watch of the store, or by a look each second if there is no store.</summary>
sealed class DomainNews : IAsyncDisposable
{
    static readonly TimeSpan WithoutStore = TimeSpan.FromSeconds(1);

    readonly SemaphoreSlim gate = new(1);
    StoreClient? client;
    TaskCompletionSource changed = New();

    /// <summary>The store; null while there is none.</summary>
    internal async Task<StoreClient?> StoreAsync()
    {
        await gate.WaitAsync().ConfigureAwait(false);
        try
        {
            if (client is { Closed.IsCompleted: false })
                return client;
            if (client is not null)
                await client.DisposeAsync().ConfigureAwait(false);
            client = null;
            var connected = StoreClient.Connect();
            foreach (string path in (string[])["@introduceDomain", "@releaseDomain"])
                try
                {
                    _ = FollowAsync(await connected.WatchAsync(path).ConfigureAwait(false));
                }
                catch
                {
                    await connected.DisposeAsync().ConfigureAwait(false);
                    throw;
                }
            return client = connected;
        }
        catch (IOException)
        {
            return null; // xl reports more clearly what is wrong
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Ids of domains that are stores and not guests.</summary>
    internal async Task<IReadOnlySet<int>> StoreDomainsAsync()
    {
        try
        {
            return await StoreAsync().ConfigureAwait(false) is { } store
                && await store.ReadTextAsync("/tool/xenstored/domid").ConfigureAwait(false) is { } text
                && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? new HashSet<int> { id }
                : new HashSet<int>();
        }
        catch (IOException)
        {
            return new HashSet<int>(); // the store is gone, and then xl can stop no domain either
        }
    }

    /// <summary>Completes when a domain came or went since the call, or when the time is up.</summary>
    internal async Task ChangedAsync(TimeSpan atMost)
    {
        var next = Volatile.Read(ref changed).Task;
        bool isTold = await StoreAsync().ConfigureAwait(false) is not null;
        await Task.WhenAny(next, Task.Delay(isTold || atMost < WithoutStore ? atMost : WithoutStore)).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (client is not null)
            await client.DisposeAsync().ConfigureAwait(false);
        gate.Dispose();
    }

    async Task FollowAsync(StoreWatch watch)
    {
        await watch.NextAsync().ConfigureAwait(false); // the watch's first event
        await foreach (string _ in watch.AllAsync().ConfigureAwait(false))
            Interlocked.Exchange(ref changed, New()).SetResult();
    }

    static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
