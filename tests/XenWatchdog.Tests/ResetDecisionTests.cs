using CsCheck;
using XenWatchdog.Daemon;
using XenWatchdog.Evaluation;

namespace XenWatchdog.Tests;

/// <summary>When a host is let go, when its timer is kicked again, and when it is out of danger.</summary>
public sealed class ResetDecisionTests
{
    static readonly DateTime Begin = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    readonly Health health = new([(Rules.Find("root")!, new(CheckMode.Enforce, 2))], new HashSet<string> { "root" }, new HashSet<string>());

    [Fact]
    public void A_host_is_let_go_once_and_saved_only_when_a_kick_has_gone_through()
    {
        var decision = new ResetDecision(null);
        Fails(times: 1);
        Assert.Equal((ResetStep.None, false), (decision.Take(health, now: 10, kicked: 9), decision.IsLetGo));
        Fails(times: 1);
        Assert.Equal((ResetStep.LetGo, true), (decision.Take(health, now: 20, kicked: 19), decision.IsLetGo));
        Assert.Equal((ResetStep.None, true), (decision.Take(health, now: 30, kicked: 19), decision.IsLetGo));
        Succeeds();
        Assert.Equal((ResetStep.KickAgain, false), (decision.Take(health, now: 40, kicked: 19), decision.IsLetGo));
        Assert.Equal(ResetStep.None, decision.Take(health, now: 50, kicked: 19)); // the timer may run out yet
        Assert.Equal((ResetStep.Saved, "root: it hangs"), (decision.Take(health, now: 60, kicked: 51), decision.Reason));
        Assert.Equal(ResetStep.None, decision.Take(health, now: 70, kicked: 61));
    }

    [Fact]
    public void One_that_fails_again_before_it_was_kicked_is_let_go_again()
    {
        var decision = new ResetDecision(null);
        Fails(times: 2);
        decision.Take(health, now: 10, kicked: 5);
        Succeeds();
        Assert.Equal(ResetStep.KickAgain, decision.Take(health, now: 20, kicked: 5));
        Fails(times: 2);
        Assert.Equal((ResetStep.LetGo, true), (decision.Take(health, now: 30, kicked: 25), decision.IsLetGo));
    }

    // It takes two failures to let a host go, and one to keep it from being kicked again.
    [Fact]
    public void What_an_earlier_process_has_let_go_stays_so_until_all_is_well()
    {
        var decision = new ResetDecision("root: it hung");
        Assert.Equal((ResetStep.None, true), (decision.Take(health, now: 10, kicked: 5), decision.IsLetGo)); // no check was made yet
        Fails(times: 1);
        Assert.Equal((ResetStep.None, true), (decision.Take(health, now: 20, kicked: 5), decision.IsLetGo));
        Succeeds();
        Assert.Equal(ResetStep.KickAgain, decision.Take(health, now: 30, kicked: 5));
        Assert.Equal((ResetStep.Saved, "root: it hung"), (decision.Take(health, now: 40, kicked: 35), decision.Reason));
    }

    [Fact]
    public void In_any_history_each_reset_is_announced_once_and_withdrawn_at_most_once() =>
        Gen.Bool.Array[0, 40].Sample(results =>
        {
            var decision = new ResetDecision(null);
            var steps = new List<ResetStep>();
            var own = new Health([(Rules.Find("root")!, new(CheckMode.Enforce, 2))], new HashSet<string> { "root" }, new HashSet<string>());
            foreach (var (i, fails) in results.Index())
            {
                own.Checks[0].Take(fails ? "it hangs" : null, Begin);
                steps.Add(decision.Take(own, i, decision.IsLetGo ? 0 : i));
                Assert.False(own.ResetReason is not null && !decision.IsLetGo);
            }
            var told = steps.Where(step => step is ResetStep.LetGo or ResetStep.Saved).ToList();
            Assert.DoesNotContain(true, told.Zip(told.Skip(1), (one, next) => one == ResetStep.Saved && next == ResetStep.Saved));
            Assert.Equal(ResetStep.LetGo, told.FirstOrDefault(ResetStep.LetGo));
        });

    void Fails(int times)
    {
        for (int i = 0; i < times; i++)
            health.Checks[0].Take("it hangs", Begin);
    }

    void Succeeds() => health.Checks[0].Take(null, Begin);
}
