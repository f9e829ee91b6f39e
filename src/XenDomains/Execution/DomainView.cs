using XenDomains.Facts;
using XenDomains.Toolstack;

namespace XenDomains.Execution;

/// <summary>The list of domains, shared by the steps of many guests. A request during a listing gets the next list.</summary>
sealed class DomainView(IToolstack toolstack, IDomainsHost host)
{
    const int MostFailures = 5;
    static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(3);

    readonly Lock gate = new();
    Task<Seen>? running, queued;

    /// <summary>The domains at one moment, and the names that an xl watches.</summary>
    internal sealed record Seen(IReadOnlyList<XlDomain> Domains, IReadOnlySet<string> Watched)
    {
        /// <summary>A guest's present domain, which may have another number now; null if there is none at this moment.</summary>
        internal XlDomain? Of(XlDomain earlier) =>
            Domains.FirstOrDefault(domain =>
                domain.Id == earlier.Id && domain.Name == earlier.Name || earlier.Uuid is not "" && domain.Uuid == earlier.Uuid);

        internal XlDomain? Named(string name) =>
            Domains.FirstOrDefault(domain => domain.Name == name && domain.State != XlDomainState.Dying);

        /// <summary>Whether a guest runs, or its xl is about to start it again.</summary>
        internal bool Runs(string name) => Watched.Contains(name) || Named(name) is not null;

        /// <summary>
        /// Whether nothing of a guest runs or will start by itself. A domain that is kept after its end for inspection is no guest any
        /// more.
        /// </summary>
        internal bool IsGone(XlDomain earlier) =>
            !Watched.Contains(earlier.Name)
                && Of(earlier) is null or { State: XlDomainState.Dying or XlDomainState.ShutDown or XlDomainState.Crashed };
    }

    /// <summary>A list of the domains that is made after the call.</summary>
    /// <exception cref="ToolstackException">The toolstack does not work.</exception>
    internal Task<Seen> NowAsync()
    {
        lock (gate)
            return queued ??= NextAsync(running);
    }

    /// <summary>Waits until the domains fulfil a condition; false if that takes too long.</summary>
    internal async Task<bool> UntilAsync(Func<Seen, bool> isSo, TimeSpan? within, CancellationToken cancellation = default)
    {
        int failures = 0;
        var deadline = within is { } limit ? host.Now + limit : DateTime.MaxValue;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var left = deadline - host.Now;
            // This comes before the look, so that no later change is missed.
            var change = toolstack.ChangedAsync(left < LookAgain ? left > TimeSpan.Zero ? left : TimeSpan.Zero : LookAgain);
            try
            {
                if (isSo(await NowAsync().ConfigureAwait(false)))
                    return true;
                failures = 0;
            }
            catch (ToolstackException) when (++failures < MostFailures && left > TimeSpan.Zero)
            {
                // The steps of all guests share one list, and a single failure must not end them all.
            }
            if (left <= TimeSpan.Zero)
                return false;
            await change.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    async Task<Seen> NextAsync(Task? before)
    {
        await Task.Yield(); // lets `queued` be set before the listing begins
        if (before is not null)
            await before.ContinueWith(static _ => { }, TaskScheduler.Default).ConfigureAwait(false);
        lock (gate)
            (running, queued) = (queued, null);
        var domains = await toolstack.ListAsync().ConfigureAwait(false);
        return new(domains, toolstack.Monitors().Watched);
    }
}
