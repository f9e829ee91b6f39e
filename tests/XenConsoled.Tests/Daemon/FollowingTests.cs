using Xen.Client;
using Xen.Linux.Loop;
using XenConsoled.Core;
using XenConsoled.Following;

namespace XenConsoled.Tests.Daemon;

/// <summary>What a session learns of the domains that it follows, from our store.</summary>
public sealed class FollowingTests : IAsyncLifetime, IStoreNews
{
    const ushort Domains = 200; // more than are read at the same time
    const int LimitMs = 60_000;

    readonly DaemonStage stage = new();
    readonly EventLoop loop = new();
    readonly CancellationTokenSource ending = new();
    readonly Dictionary<ushort, string> names = [];
    readonly List<string> refusals = [];
    StoreClient store = null!;
    StoreSession session = null!;

    public async Task InitializeAsync()
    {
        await Task.Run(() => stage.StartDaemon("xenstored", "-N", "--pid-file", stage.File("store.pid"), "--hypervisor", "none",
            "--socket-watches", $"{2 * Domains}").ServesOrEnds(stage.Socket));
        store = StoreClient.ConnectSocket(stage.Socket);
        session = new(StoreClient.ConnectSocket(stage.Socket), loop, this, [], ending.Token);
        _ = session.WorkAsync();
    }

    public async Task DisposeAsync()
    {
        await ending.CancelAsync();
        await store.DisposeAsync();
        stage.Dispose();
        loop.Dispose();
        ending.Dispose();
    }

    [Fact]
    public async Task Keys_of_each_domain_come_at_once_and_whenever_they_change_until_it_is_forgotten()
    {
        for (ushort domid = 1; domid <= Domains; domid++)
        {
            await NameAsync(domid, $"guest{domid}");
            session.Follow(domid);
        }
        Hear(() => names.Count == Domains && names.All(one => one.Value == $"guest{one.Key}"));
        await NameAsync(7, "renamed");
        Hear(() => names[7] == "renamed");

        session.Forget(7);
        await NameAsync(7, "another");
        await NameAsync(8, "renamed");
        Hear(() => names[8] == "renamed");
        Assert.Equal("renamed", names[7]);
        Assert.Empty(refusals);
    }

    // The hypervisor gives a domid to another domain, and the daemon learns of both in one look.
    [Fact]
    public async Task A_domid_that_is_forgotten_and_followed_again_at_once_is_followed()
    {
        await NameAsync(7, "old");
        session.Follow(7);
        Hear(() => names.GetValueOrDefault((ushort)7) == "old");
        session.Forget(7);
        session.Follow(7);
        foreach (string name in (string[])["new", "newer", "newest"])
        {
            await NameAsync(7, name);
            Hear(() => names[7] == name);
        }
        Assert.Empty(refusals);
    }

    [Fact]
    public async Task A_domain_whose_watch_is_refused_is_followed_as_soon_as_there_is_a_watch_for_it()
    {
        for (ushort domid = 1; domid <= Domains + 1; domid++)
        {
            await NameAsync(domid, "guest");
            session.Follow(domid);
        }
        Hear(() => refusals.Count > 0 && names.Count + refusals.Count == Domains + 1); // two lack one watch each, or one lacks two
        int refused = refusals.Count;
        session.Forget(7); // ends its two watches, which others may have then
        Hear(() => names.Count == Domains + 1);
        Assert.Equal(refused, refusals.Count); // each was told once, however often it was tried
    }

    async Task NameAsync(ushort domid, string name)
    {
        await store.WriteAsync($"/local/domain/{domid}/console/ring-ref", "1");
        await store.WriteAsync($"/local/domain/{domid}/console/port", "2");
        await store.WriteAsync($"/local/domain/{domid}/name", name);
    }

    void Hear(Func<bool> condition)
    {
        for (var limit = System.Diagnostics.Stopwatch.StartNew(); !condition();)
        {
            Assert.True(limit.ElapsedMilliseconds < LimitMs, "the store's news do not come");
            loop.At(loop.Now + 10, () => { });
            loop.Iterate(mayWait: true, () => false);
        }
    }

    void IStoreNews.KeysCame(ConsoleId id, ConsoleKeys? keys)
    {
        if (keys is { } came)
            names[id.Domid] = came.Name;
    }

    void IStoreNews.StoreCame() { }
    void IStoreNews.StoreWent(string why) { }
    void IStoreNews.StoreRefused(string why) => refusals.Add(why);
    void IStoreNews.DomainsChanged() { }
    void IStoreNews.LogFileCame(ushort domid, string? path) { }
}
