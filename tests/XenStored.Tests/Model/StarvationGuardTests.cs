using Xen.Protocol.Wire;
using XenStored.Clients;
using XenStored.Store.Committing;
using XenStored.Tests.Support;

namespace XenStored.Tests.Model;

public sealed class StarvationGuardTests : IDisposable
{
    readonly Core core = new();

    public void Dispose() => core.Dispose();

    [Fact]
    public void After_five_losses_the_next_transaction_cannot_be_disturbed_and_wins()
    {
        var (loser, rival) = (core.Socket(), core.Socket());
        for (int i = 0; i < StarvationGuard.Patience; i++)
        {
            Assert.True(core.Store.StarvationGuard.MayServe(rival));
            Assert.Equal("EAGAIN", LoseOnce(loser, rival));
        }
        Assert.Equal(0, core.Store.StarvationGuard.Grants);
        string id = Begin(loser);
        Assert.Equal(1, core.Store.StarvationGuard.Grants);
        Assert.False(core.Store.StarvationGuard.MayServe(rival)); // so the rival's writes wait
        core.Ask(loser, MessageType.Read, "/x\0", uint.Parse(id));
        core.Ask(loser, MessageType.Write, "/x\0mine", uint.Parse(id));
        Assert.Equal("OK", core.Ask(loser, MessageType.TransactionEnd, "T\0", uint.Parse(id)));
        Assert.True(core.Store.StarvationGuard.MayServe(rival));
    }

    [Fact]
    public void The_floor_ends_by_itself_and_lasts_longer_after_each_loss()
    {
        var (loser, rival) = (core.Socket(), core.Socket());
        for (int i = 0; i < StarvationGuard.Patience; i++)
            LoseOnce(loser, rival);
        core.Store.Now = 1000;
        Begin(loser);
        Assert.Equal(20, core.Store.StarvationGuard.Expire(1000));
        Assert.Null(core.Store.StarvationGuard.Expire(1020));
        Assert.True(core.Store.StarvationGuard.MayServe(rival));
        Begin(loser);
        Assert.Null(core.Store.StarvationGuard.Holder); // it let the floor run out: one more loss comes first, and a rest
        LoseOnce(loser, rival);
        LoseOnce(loser, rival);
        core.Store.Now = 2000;
        Begin(loser);
        Assert.Equal(40, core.Store.StarvationGuard.Expire(2000));
    }

    [Fact]
    public void A_guest_never_keeps_the_privileged_waiting()
    {
        var (guest, other, dom0) = (core.Guest(1), core.Guest(2), core.Socket());
        core.Ask(dom0, MessageType.Write, "/x\0");
        core.Ask(dom0, MessageType.SetPerms, "/x\0b0\0");
        for (int i = 0; i < StarvationGuard.Patience; i++)
            LoseOnce(guest, other);
        Begin(guest);
        Assert.False(core.Store.StarvationGuard.MayServe(other));
        Assert.True(core.Store.StarvationGuard.MayServe(dom0));
    }

    [Fact]
    public void Guests_together_get_the_floor_a_tenth_of_the_time()
    {
        var (guest, rival) = (core.Guest(1), core.Socket());
        core.Ask(rival, MessageType.Write, "/x\0");
        core.Ask(rival, MessageType.SetPerms, "/x\0b0\0");
        for (int i = 0; i < StarvationGuard.Patience; i++)
            LoseOnce(guest, rival);
        core.Store.Now = 1000;
        Begin(guest);
        Assert.Equal(guest, core.Store.StarvationGuard.Holder);
        core.Store.StarvationGuard.Expire(1020);
        var another = core.Guest(2);
        for (int i = 0; i < StarvationGuard.Patience; i++)
            LoseOnce(another, rival);
        core.Store.Now = 1020 + 9 * 20 - 1;
        core.Ask(another, MessageType.TransactionEnd, "F\0", uint.Parse(Begin(another)));
        Assert.Null(core.Store.StarvationGuard.Holder);
        for (int i = 0; i < StarvationGuard.Patience; i++)
            LoseOnce(another, rival);
        core.Store.Now++;
        Begin(another);
        Assert.Equal(another, core.Store.StarvationGuard.Holder);
    }

    string LoseOnce(Session loser, Session rival)
    {
        string id = Begin(loser);
        core.Ask(loser, MessageType.Read, "/x\0", uint.Parse(id));
        core.Ask(rival, MessageType.Write, $"/x\0{Guid.NewGuid()}");
        core.Ask(loser, MessageType.Write, "/x\0mine", uint.Parse(id));
        return core.Ask(loser, MessageType.TransactionEnd, "T\0", uint.Parse(id));
    }

    string Begin(Session session) => core.Ask(session, MessageType.TransactionStart, "\0");
}
