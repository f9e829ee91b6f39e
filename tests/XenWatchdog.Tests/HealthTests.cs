using CsCheck;
using XenWatchdog.Daemon;
using XenWatchdog.Evaluation;

namespace XenWatchdog.Tests;

/// <summary>What results mean: when a failure counts, what resets a host, when a service is restarted.</summary>
public sealed class HealthTests
{
    static readonly DateTime Begin = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void A_check_has_failed_after_so_many_failures_in_a_row_and_one_success_begins_anew()
    {
        var check = new CheckState(Rules.Find("fork")!, new(CheckMode.Report, 3), wasWell: true);
        Assert.Equal([CheckChange.None, CheckChange.None, CheckChange.Failed, CheckChange.None, CheckChange.Recovered, CheckChange.None],
            new string?[] { "a", "b", "c", "d", null, "e" }.Select(fault => check.Take(fault, Begin)));
        Assert.Equal(("e", 1, false), (check.Fault, check.Failures, check.HasFailed));
    }

    [Fact]
    public void It_remembers_since_when_it_fails()
    {
        var check = new CheckState(Rules.Find("fork")!, new(CheckMode.Report, 3), wasWell: true);
        check.Take("a", Begin);
        check.Take("b", Begin.AddSeconds(10));
        Assert.Equal((Begin, Begin.AddSeconds(10)), (check.Since, check.At));
        check.Take(null, Begin.AddSeconds(20));
        Assert.Null(check.Since);
    }

    [Theory]
    [InlineData("store-socket", "enforce", true)]
    [InlineData("store-socket", "report", false)]
    [InlineData("console", "enforce", false)]
    [InlineData("grants", "report", false)]
    public void Only_an_enforced_check_of_the_host_resets_it(string name, string mode, bool isReset)
    {
        var health = Of(name, Enum.Parse<CheckMode>(mode, ignoreCase: true), 1);
        health.Checks[0].Take("it hangs", Begin);
        Assert.Equal(isReset ? $"{name}: it hangs" : null, health.ResetReason);
        health.Checks[0].Take(null, Begin);
        Assert.Null(health.ResetReason);
    }

    // A check that cannot succeed on this host would reset it after each boot.
    [Fact]
    public void What_was_never_well_resets_nothing()
    {
        var health = new Health([(Rules.Find("root")!, new(CheckMode.Enforce, 1))], new HashSet<string>(), new HashSet<string>());
        health.Checks[0].Take("read-only", Begin);
        Assert.Null(health.ResetReason);
        health.Checks[0].Take(null, Begin);
        health.Checks[0].Take("read-only", Begin);
        Assert.NotNull(health.ResetReason);
    }

    // A daemon that is started again in a host that was let go sees the check fail once. That is not often enough to count, but the host
    // is reset all the same.
    [Fact]
    public void A_host_is_well_when_each_check_that_could_reset_it_was_made_and_none_is_on_its_way_to()
    {
        var health = Of("store-socket", CheckMode.Enforce, 3);
        Assert.False(health.IsWell);
        health.Checks[0].Take("it hangs", Begin);
        Assert.Equal((null, false), (health.ResetReason, health.IsWell));
        health.Checks[0].Take(null, Begin);
        Assert.True(health.IsWell);
        var never = new Health([(Rules.Find("root")!, new(CheckMode.Enforce, 3))], new HashSet<string>(), new HashSet<string>());
        never.Checks[0].Take("read-only", Begin);
        Assert.True(never.IsWell);
    }

    [Fact]
    public void What_is_off_is_not_there() => Assert.Empty(Of("fork", CheckMode.Off, 1).Checks);

    [Fact]
    public void A_service_is_restarted_at_once_and_then_ever_more_rarely()
    {
        var health = Of("console", CheckMode.Enforce, 2);
        var restarts = new List<int>();
        for (int second = 0; second <= 4000; second += 10)
        {
            health.Checks[0].Take("it is gone", Begin.AddSeconds(second));
            if (health.TakesRestart(health.Checks[0], TimeSpan.FromSeconds(second)))
                restarts.Add(second);
        }
        Assert.Equal([10, 70, 190, 430, 910, 1870, 2830, 3790], restarts);
    }

    [Fact]
    public void What_was_well_for_a_while_is_restarted_at_once_again()
    {
        var health = Of("console", CheckMode.Enforce, 1);
        health.Checks[0].Take("it is gone", Begin);
        Assert.True(health.TakesRestart(health.Checks[0], TimeSpan.Zero));
        health.Checks[0].Take(null, Begin.AddSeconds(61));
        Assert.False(health.TakesRestart(health.Checks[0], TimeSpan.FromSeconds(61)));
        health.Checks[0].Take("it is gone", Begin.AddSeconds(62));
        Assert.True(health.TakesRestart(health.Checks[0], TimeSpan.FromSeconds(62)));
    }

    [Fact]
    public void A_service_that_goes_again_and_again_is_not_restarted_more_often_for_being_well_in_between()
    {
        var health = Of("console", CheckMode.Enforce, 1);
        int restarts = 0;
        for (int second = 0; second < 600; second++)
        {
            health.Checks[0].Take(second % 2 == 0 ? "it is gone" : null, Begin.AddSeconds(second));
            restarts += health.TakesRestart(health.Checks[0], TimeSpan.FromSeconds(second)) ? 1 : 0;
        }
        Assert.InRange(restarts, 1, 10);
    }

    [Fact]
    public void Any_history_resets_the_host_exactly_when_the_last_results_of_a_check_are_failures() =>
        Gen.Select(Gen.Int[1, 5], Gen.Bool.Array[0, 30]).Sample((needed, results) =>
        {
            var health = Of("root", CheckMode.Enforce, needed);
            foreach (bool fails in results)
                health.Checks[0].Take(fails ? "full" : null, Begin);
            int last = results.Reverse().TakeWhile(fails => fails).Count();
            Assert.Equal(last >= needed, health.ResetReason is not null);
        });

    // By the fourth failure the store's own keeper has had its turn: it kills a store that hangs for half a minute.
    [Fact]
    public void Our_store_is_restarted_one_failure_later_and_the_host_is_reset_only_if_that_did_not_help()
    {
        var health = Of(["store-socket"], CheckMode.Enforce, 3, Rules.StoreService);
        var restarts = new List<int>();
        int? reset = null;
        for (int failure = 1; failure <= 10; failure++)
        {
            health.Checks[0].Take("it hangs", Begin.AddSeconds(failure * 10));
            if (health.TakesRestart(health.Checks[0], TimeSpan.FromSeconds(failure * 10)))
                restarts.Add(failure);
            reset ??= health.ResetReason is null ? null : failure;
        }
        Assert.Equal([4, 10], restarts);
        Assert.Equal(7, reset);
        health.Checks[0].Take(null, Begin.AddSeconds(110));
        Assert.Null(health.ResetReason);
    }

    [Fact]
    public void The_store_has_one_service_and_two_checks_of_it_one_restart()
    {
        var health = Of(["store-socket", "store-ring"], CheckMode.Enforce, 1, Rules.StoreService);
        int restarts = 0;
        for (int second = 0; second < 60; second += 10)
            foreach (var check in health.Checks)
            {
                check.Take(check.Rule.Name == "store-socket" && second > 20 ? null : "it hangs", Begin.AddSeconds(second));
                restarts += health.TakesRestart(check, TimeSpan.FromSeconds(second)) ? 1 : 0;
            }
        Assert.Equal(1, restarts);
    }

    // A restart of another daemon makes an empty store, and of one that never answered it mends nothing.
    [Theory]
    [InlineData("enforce", true, null, 3)]
    [InlineData("enforce", false, Rules.StoreService, null)]
    [InlineData("report", true, Rules.StoreService, null)]
    public void A_store_that_is_not_ours_or_was_never_well_or_is_only_reported_is_not_restarted(
        string mode, bool wasWell, string? service, int? reset)
    {
        var health = Of(["store-ring"], Enum.Parse<CheckMode>(mode, ignoreCase: true), 3, service, wasWell);
        int? resetAt = null;
        for (int failure = 1; failure <= 10; failure++)
        {
            health.Checks[0].Take("it hangs", Begin.AddSeconds(failure * 10));
            Assert.False(health.TakesRestart(health.Checks[0], TimeSpan.FromSeconds(failure * 10)));
            resetAt ??= health.ResetReason is null ? null : failure;
        }
        Assert.Equal(reset, resetAt);
    }

    static Health Of(string name, CheckMode mode, int failures) => Of([name], mode, failures, Rules.ConsoleService);

    static Health Of(string[] names, CheckMode mode, int failures, string? service, bool wasWell = true) =>
        new(names.Select(name => (Rules.Find(name)!, new CheckSetting(mode, failures))), wasWell ? names.ToHashSet() : [],
            service is null ? new HashSet<string>() : new HashSet<string> { service });
}
