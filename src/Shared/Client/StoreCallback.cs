namespace Xen.Client;

/// <summary>
/// The changes at and below a path, as calls. The first is about the path itself; it comes at once. Unlike a <see cref="StoreWatch"/> it
/// keeps nothing: who watches a path for each of a thousand domains needs little memory for it. It does not tell that the connection has
/// ended (<see cref="StoreClient.Closed"/>).
/// </summary>
public sealed class StoreCallback : StoreWatcher
{
    readonly Action<string> changed;

    internal StoreCallback(StoreClient client, string path, string token, Action<string> changed) : base(client, path, token) =>
        this.changed = changed;

    internal override void Add(string path) => changed(path);

    internal override void End()
    {
    }
}
