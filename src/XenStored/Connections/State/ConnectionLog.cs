using Xen.Linux.Loop;
using Xen.Linux.Sockets;
using XenStored.Clients;
using XenStored.Clients.Limits;
using XenStored.Logs;

namespace XenStored.Connections.State;

/// <summary>The lines that one client may cause in the log. Each kind has a budget, so that a client cannot fill the log.</summary>
/// <param name="general">The budget of most lines. All clients of a user share one: else every new connection would have a new one.</param>
/// <param name="peer">The process of a client on the socket; null for a guest.</param>
sealed class ConnectionLog(ILogger logger, EventLoop loop, Session session, LogBudget general, PeerCredentials? peer)
{
    readonly LogBudget memory = new(burst: 1), ignored = new(), quota = new();

    internal void SlowedDown()
    {
        if (general.TryTake(loop.Now, out int swallowed))
            StoreLog.SlowedDown(logger, session.Domain.Id, swallowed);
    }

    internal void HasPriority()
    {
        if (general.TryTake(loop.Now, out int swallowed))
            StoreLog.HasPriority(logger, session.Name, session.Domain.Id, session.Losses, session.ConflictPath, swallowed);
    }

    internal void Closed(string reason)
    {
        if (peer is { } process && general.TryTake(loop.Now, out int swallowed))
            StoreLog.Closed(logger, session.Name, process.Pid, process.Command, process.Uid, reason, swallowed);
    }

    internal void Ignored(string reason)
    {
        if (ignored.TryTake(loop.Now, out int swallowed))
            StoreLog.Ignored(logger, session.Name, session.Domain.Id, reason, swallowed);
    }

    internal void OverSoftLimit(long bytes)
    {
        if (memory.TryTake(loop.Now, out int swallowed))
            StoreLog.OverSoftLimit(logger, session.Domain.Id, bytes, session.Domain.Limits[Quota.SoftMemory], swallowed);
    }

    internal void OverHardLimit(long bytes)
    {
        if (memory.TryTake(loop.Now, out int swallowed))
            StoreLog.OverHardLimit(logger, session.Domain.Id, bytes, session.Domain.Limits[Quota.Memory], swallowed);
    }

    internal void KernelDoesNotRead(int waiting)
    {
        if (memory.TryTake(loop.Now, out int swallowed))
            StoreLog.KernelDoesNotRead(logger, session.Name, session.Domain.Id, waiting, swallowed);
    }

    /// <summary>A request was refused. This client's budget pays for the line, also if the quota is another domain's.</summary>
    internal void OverQuota(Domain domain, Quota which)
    {
        string name = Quotas.Table[(int)which].Name;
        if (session.IsReader)
            OverReadersLimit(name);
        else if (quota.TryTake(loop.Now, out int swallowed))
            StoreLog.OverQuota(logger, session.Name, name, domain.Id, domain.Limits[which], swallowed);
    }

    void OverReadersLimit(string name)
    {
        if (peer is { } process && general.TryTake(loop.Now, out int swallowed))
            StoreLog.ReaderOverLimit(logger, session.Name, process.Pid, process.Command, process.Uid, name, swallowed);
    }

    /// <summary>The connection ends. Reports the lines that were swallowed, because no later line about this guest will do so.</summary>
    internal void Ends()
    {
        if (session.IsSocket)
            return;
        int swallowed = general.TakeSwallowed() + memory.TakeSwallowed() + quota.TakeSwallowed() + ignored.TakeSwallowed();
        if (swallowed > 0)
            StoreLog.Swallowed(logger, session.Domain.Id, swallowed);
    }
}
