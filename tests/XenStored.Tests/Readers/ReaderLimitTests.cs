using Xen.Protocol.Wire;
using XenStored.Clients;
using XenStored.Clients.Limits;
using XenStored.Connections.Rates;
using XenStored.Tests.Support;

namespace XenStored.Tests.Readers;

/// <summary>Readers have limits together, and one user has at most a quarter of each.</summary>
public sealed class ReaderLimitTests : IDisposable
{
    readonly Core core = new();

    public ReaderLimitTests() => (Readers.MostSessions, Readers.MostWatches, Readers.MostTransactions) = (8, 8, 8);

    public void Dispose() => core.Dispose();

    Clients.Readers Readers => core.Store.Readers;

    [Fact]
    public void A_user_has_a_quarter_of_the_connections_and_all_users_have_no_more_than_all()
    {
        core.Reader(1);
        Assert.Null(Readers.WhyNoSession(1));
        core.Reader(1);
        Assert.Equal("its user has 2 connections, the limit is 2", Readers.WhyNoSession(1));
        Assert.Null(Readers.WhyNoSession(2));
        var others = Enumerable.Range(2, 6).Select(uid => core.Reader((uint)uid)).ToArray();
        Assert.Equal("readers have 8 connections, the limit is 8", Readers.WhyNoSession(9));
        core.Store.Sessions.Close(others[0]);
        Assert.Null(Readers.WhyNoSession(9));
    }

    [Fact]
    public void A_user_has_a_quarter_of_the_watches_over_all_connections_and_may_have_others_after_they_end()
    {
        var (first, second) = (core.Reader(1), core.Reader(1));
        Assert.Equal("OK", core.Ask(first, MessageType.Watch, "/a\0t\0"));
        Assert.Equal("OK", core.Ask(second, MessageType.Watch, "/a\0t\0"));
        Assert.Equal("ENOSPC", core.Ask(second, MessageType.Watch, "/b\0t\0"));
        Assert.Equal("OK", core.Ask(core.Reader(2), MessageType.Watch, "/b\0t\0"));
        Assert.Equal("OK", core.Ask(first, MessageType.ResetWatches, "\0"));
        Assert.Equal("OK", core.Ask(second, MessageType.Watch, "/b\0t\0"));
        Assert.Equal(1, Readers.RequestsRefused);
        core.Store.Sessions.Close(second);
        Assert.Equal(1, Readers.Watches);
    }

    [Fact]
    public void All_users_together_have_no_more_than_all()
    {
        for (uint uid = 1; uid <= 4; uid++)
            for (int i = 0; i < 2; i++)
            {
                var reader = core.Reader(uid);
                Assert.Equal("OK", core.Ask(reader, MessageType.Watch, "/a\0t\0"));
                Assert.NotEqual("ENOSPC", core.Ask(reader, MessageType.TransactionStart, "\0"));
            }
        Assert.Equal("ENOSPC", core.Ask(core.Reader(5), MessageType.Watch, "/a\0t\0"));
        Assert.Equal("ENOSPC", core.Ask(core.Reader(5), MessageType.TransactionStart, "\0"));
        Assert.NotEqual("ENOSPC", core.Ask(core.Socket(), MessageType.TransactionStart, "\0"));
    }

    // Each name of a watch's path is a node of the trie of watches.
    [Fact]
    public void A_user_s_watches_have_a_limit_of_their_bytes()
    {
        Readers.MostWatches = 1000;
        var reader = core.Reader(1);
        string deep = string.Concat(Enumerable.Repeat("/a", 1000));
        var replies = Enumerable.Range(0, 10).Select(i => core.Ask(reader, MessageType.Watch, $"{deep}\0{i}\0")).ToList();
        Assert.Equal(["OK", "OK", "OK", "ENOMEM"], replies[..4]);
        Assert.InRange(reader.Domain.Account.Memory.Now, 1, Clients.Readers.MostWatchBytes);
    }

    [Fact]
    public void A_quota_of_guests_does_not_hold_for_readers_and_theirs_do_not_count_as_refused_by_a_quota()
    {
        core.Store.Domains.SetQuota(Quota.Watches, 1);
        core.Store.Domains.SetQuota(Quota.PathMax, 1);
        var reader = core.Reader(1);
        for (int i = 0; i < 3; i++)
            core.Ask(reader, MessageType.Watch, $"/long/path\0{i}\0");
        Assert.Equal((2, 1), (Readers.Watches, Readers.RequestsRefused));
        Assert.Equal(0, core.Store.Quotas.Refusals(Quota.Watches));
    }

    [Fact]
    public void Of_the_requests_of_a_second_a_user_has_a_quarter_and_all_have_no_more_than_all()
    {
        var limiter = new ReadLimiter(1000);
        var users = Enumerable.Range(0, 8).Select(uid => Readers.Of((uint)uid)).ToArray();
        Assert.InRange(Served(limiter, users[..1]), 480, 500 + 25 + 2); // 250 a second, and what was saved
        limiter = new(1000);
        Assert.InRange(Served(limiter, users), 1950, 2000 + 100 + 16);
    }

    // Found by a review: a user who left and came again had new credit.
    [Fact]
    public void Who_leaves_and_comes_again_has_the_credit_of_before()
    {
        var limiter = new ReadLimiter(1000);
        int served = Enumerable.Range(0, 40).Sum(_ =>
        {
            var session = core.Reader(1);
            int now = ServedNow(limiter, session.Reader!);
            core.Store.Sessions.Close(session);
            return now;
        });
        Assert.InRange(served, 1, 25);
        Assert.NotEqual(0, ServedNow(limiter, Readers.Of(2))); // of another user
    }

    static int ServedNow(ReadLimiter limiter, Reader user)
    {
        int served = 0;
        for (; limiter.Admits(user, 0, out _); served++)
            limiter.Charge(user, 10, 0);
        return served;
    }

    [Fact]
    public void A_long_request_costs_as_much_as_several()
    {
        var limiter = new ReadLimiter(1000);
        var reader = Readers.Of(1);
        limiter.Charge(reader, 4096, 0);
        Assert.False(limiter.Admits(reader, 0, out int wait));
        Assert.InRange(wait, 1, 1000);
        Assert.True(limiter.Admits(reader, wait, out _));
    }

    // Over two seconds.
    static int Served(ReadLimiter limiter, Reader[] users)
    {
        int served = 0;
        for (long now = 0; now < 2000; now++)
            foreach (var user in users)
                while (limiter.Admits(user, now, out _))
                {
                    limiter.Charge(user, 10, now);
                    served++;
                }
        return served;
    }
}
