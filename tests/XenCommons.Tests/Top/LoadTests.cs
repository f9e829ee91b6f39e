using System.Text.Json;
using XenCommons.Top.Readings;
using XenCommons.Top.Tables;

namespace XenCommons.Tests.Top;

/// <summary>Rates come from two readings, and never say what nobody knows.</summary>
public sealed class LoadTests
{
    [Fact]
    public void A_rate_is_what_a_counter_gained_in_a_second()
    {
        var load = TopLoad.Of(Made.Reading(1000, Made.Domain(7, "web", 10, 4, 500, console: 100)),
            Made.Reading(3000, Made.Domain(7, "web", 30, 4, 1500, console: 4100)));
        var web = load.Domains.Single();
        Assert.Equal((2.0, 10.0, 0.0), (load.Seconds, web.Rates.Requests, web.Rates.Writes));
        Assert.Equal((2000.0, 50.0, 0.0), (web.ConsoleRate, web.Throttled, web.ConsoleThrottled));
        Assert.Equal(50, web.Held);
    }

    [Fact]
    public void The_first_reading_has_no_rates()
    {
        var load = TopLoad.Of(null, Made.Reading(1000, Made.Domain(7, "web", 10)));
        Assert.Null(load.Seconds);
        Assert.Equal(default, load.Domains.Single().Rates);
    }

    [Fact]
    public void A_domain_that_came_between_two_readings_has_no_rates_yet()
    {
        var load = TopLoad.Of(Made.Reading(0, Made.Domain(7, "web", 10)),
            Made.Reading(2000, Made.Domain(7, "web", 30), Made.Domain(8, "db", 50)));
        Assert.Equal([10.0, null], load.Domains.Select(domain => domain.Rates.Requests));
    }

    [Fact]
    public void A_counter_that_went_back_has_no_rate()
    {
        var load = TopLoad.Of(Made.Reading(0, Made.Domain(7, "web", 100, 50)), Made.Reading(2000, Made.Domain(7, "web", 10, 60)));
        Assert.Null(load.Domains.Single().Rates.Requests);
        Assert.Equal(5, load.Domains.Single().Rates.Writes);
    }

    // The new process may have counted more by now than the old one, so that no counter went back.
    [Fact]
    public void Nothing_of_a_store_that_was_restarted_has_a_rate_and_consoles_go_on()
    {
        DomainCounts[] before = [Made.Domain(7, "web", 1, console: 100)], now = [Made.Domain(7, "web", 900, console: 300)];
        var load = TopLoad.Of(Made.Reading(0, 0, 1, before, Made.Client(1, 5, "xl", 1)),
            Made.Reading(2000, 1, 900, now, Made.Client(1, 5, "xl", 800)));
        Assert.Null(load.Rates.Requests);
        Assert.Null(load.Domains.Single().Rates.Requests);
        Assert.Null(load.Clients.Single().Rates.Requests);
        Assert.Equal(100, load.Domains.Single().ConsoleRate);
    }

    [Fact]
    public void The_quota_of_which_most_is_used_is_the_one_that_is_shown_and_no_limit_is_none()
    {
        var load = Made.Load(Made.Domain(7, "web", 1, limits: """{"nodes":1000,"watches":128,"memory":0}""", nodes: 870),
            Made.Domain(8, "free", 1, limits: """{"nodes":0}"""));
        Assert.Equal(("nodes", 87.0), (load.Domains[0].Tightest!.Value.Name, load.Domains[0].Tightest!.Value.Percent));
        Assert.Null(load.Domains[1].Tightest);
    }

    // An older version of ours tells less.
    [Fact]
    public void What_is_not_told_is_unknown_and_not_zero()
    {
        var counts = DomainCounts.Of(JsonElement.Parse("""{"domid":7,"nodes":3}"""), "web", null,
            [JsonElement.Parse("""{"domid":7}""")]); // its console's output became 0
        Assert.Equal((null, null), (counts.ConsoleBytes, counts.ConsoleThrottledMs));
        var load = TopLoad.Of(Made.Reading(0, counts), Made.Reading(2000, counts));
        Assert.Equal(default, load.Domains.Single().Rates);
        Assert.Equal(["7", "web", "-", "-", "-", "-", "-", "-", "-", "-"],
            DomainTable.Of(load.Domains).Lines.Single().Cells.Select(cell => cell.Text));
    }

    [Theory]
    [InlineData(0.0, "0")]
    [InlineData(0.01, "<0.1")]
    [InlineData(3.14, "3.1")]
    [InlineData(9.96, "10")]
    [InlineData(99_999.0, "99999")]
    [InlineData(123_456.0, "123k")]
    [InlineData(9_960_000.0, "10M")]
    [InlineData(1e30, "1000000000000000000T")]
    public void Numbers_take_few_columns(double number, string text) => Assert.Equal(text, Amount.Of(number));

    [Theory]
    [InlineData(512.0, "512")]
    [InlineData(1000.0, "1.0K")]
    [InlineData(1536.0 * 1024 * 1024, "1.5G")]
    [InlineData(1023.9 * 1024, "1.0M")]
    public void Bytes_take_few_columns(double number, string text) => Assert.Equal(text, Amount.OfBytes(number));
}
