namespace Xen.Client;

/// <summary>Something that a store tells of changes at and below a path. Disposing ends that.</summary>
public abstract class StoreWatcher : IAsyncDisposable
{
    readonly StoreClient client;

    private protected StoreWatcher(StoreClient client, string path, string token) => (this.client, Path, Token) = (client, path, token);

    /// <summary>The watched path.</summary>
    public string Path { get; }

    internal string Token { get; }

    /// <summary>Ends the watch.</summary>
    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return client.UnwatchAsync(this);
    }

    /// <summary>A path has changed. Called on the connection's thread.</summary>
    internal abstract void Add(string path);

    /// <summary>Nothing comes any more.</summary>
    internal abstract void End();
}
