using Xen.Linux;
using Xen.Linux.Files;
using Xen.Linux.Loop;
using XenStored.Connections.Sources;
using XenStored.Handover;
using XenStored.Logs;
using XenStored.Options;

namespace XenStored.Daemon;

/// <summary>
/// The read-only socket at the start of the store: what a keeper held of it, and whether it is opened. Whatever is wrong with it, the store
/// serves all others.
/// </summary>
sealed class ReaderDoor
{
    readonly StoreOptions options;
    readonly ReaderPolicy? policy;
    readonly ILogger logger;
    readonly FileDescriptor? kept;

    /// <param name="hasKeeper">A keeper may have held sockets. Clients who may not read any more are closed.</param>
    internal ReaderDoor(StoreOptions options, bool hasKeeper, ILogger logger)
    {
        (this.options, this.logger) = (options, logger);
        policy = ReaderPolicy.Of(options.Readers, logger);
        if (!hasKeeper)
            return;
        (kept, var clients) = Keeper.Kept(options.ReaderPath);
        foreach (var client in clients)
            if (policy?.Admits(client) == true)
                Clients.Add(client);
            else
                client.Dispose();
    }

    /// <summary>The clients of an earlier process.</summary>
    internal List<FileDescriptor> Clients { get; } = [];

    /// <summary>Closes the clients of an earlier process, because this one does not go on where that one ended.</summary>
    internal void CloseClients()
    {
        Clients.ForEach(client => client.Dispose());
        Clients.Clear();
    }

    /// <summary>Listens; null: nobody is to read, or it cannot be.</summary>
    internal ReaderListener? Open(EventLoop loop, Server server)
    {
        if (policy is null)
        {
            if (options.Readers is { Paths.Count: > 0, IsWanted: false })
                StoreLog.ClosedToReaders(logger, options.ReaderPath, "neither --reader-user nor --reader-group names anybody");
            if (kept is null)
                return null;
            kept.Dispose();
            Folder.Unlink(options.ReaderPath); // the settings were others before
            return null;
        }
        ReaderListener? listener = null;
        string? reason = FileFault.Of(
            () => listener = new(loop, server.Clients, server.Store.Readers, policy, options.ReaderPath, kept, logger));
        if (reason is null)
            StoreLog.OpenToReaders(logger, options.ReaderPath);
        else
        {
            kept?.Dispose();
            StoreLog.ClosedToReaders(logger, options.ReaderPath, reason);
        }
        return listener;
    }
}
