namespace SystemTests;

/// <summary>What guests must not leave behind.</summary>
public abstract class LeftoverFacts(XenHost host)
{
    [Fact, Trait("Category", "Long")]
    public void Fifty_guests_come_and_go_and_leave_nothing()
    {
        var before = Leftovers.Baseline(host);
        host.Run("for i in $(seq 50); do xl create -q /root/idle.cfg && xl destroy idle || exit; done", 400).Ok();
        Leftovers.AssertNone(host, before);
    }
}
