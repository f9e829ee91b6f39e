using Xen.Hosting.Settings;
using Xen.Linux;
using Xen.Linux.Loop;
using XenConsoled.Consoles;
using XenConsoled.Core;
using XenConsoled.Memory;
using XenConsoled.Tests.Support;

namespace XenConsoled.Tests.Daemon;

/// <summary>
/// Looks at the rings of consoles before the loop sleeps. Their ports stay masked meanwhile, and no notification may be lost by that.
/// </summary>
public sealed class LookTests : OneGuest
{
    readonly FakeChannels channels = new();
    readonly ConsoleHost host;
    readonly GuestConsole console;

    public LookTests()
    {
        host = HostOf(channels);
        console = new(host, ConsoleMemory.Create(folder, new(1, 0, Guid.Empty), ConsoleKind.Pv, 65536));
        console.Apply(Keys);
        channels.Failure = -Errno.EFBIG; // any port may be pending
        host.Scheduler.Ready(Readiness.Read);
        guest.Output.Put("first\n"u8);
        host.Scheduler.Go();
        Assert.Equal(6UL, console.Memory.State.Taken);
    }

    [Fact]
    public void A_port_is_unmasked_when_the_loop_is_about_to_sleep_and_no_sooner()
    {
        Assert.Empty(channels.Unmasked);
        Assert.False(host.Scheduler.Look());
        Assert.Empty(channels.Unmasked);
        Assert.False(host.Scheduler.Rest());
        Assert.Equal([console.Port], channels.Unmasked);
    }

    [Fact]
    public void A_ring_that_is_half_full_ends_a_look_and_its_port_stays_masked()
    {
        guest.Output.Put(new byte[1025]);
        Assert.True(host.Scheduler.Look());
        host.Scheduler.Go();
        Assert.Equal(1031UL, console.Memory.State.Taken);
        Assert.Empty(channels.Unmasked);
        host.Scheduler.Rest();
        Assert.Equal([console.Port], channels.Unmasked);
    }

    [Fact]
    public void A_few_bytes_wait_until_the_look_is_over_and_then_the_loop_does_not_sleep()
    {
        guest.Output.Put("few"u8);
        Assert.False(host.Scheduler.Look());
        Assert.True(host.Scheduler.Rest());
        Assert.Empty(channels.Unmasked);
        host.Scheduler.Go();
        Assert.Equal(9UL, console.Memory.State.Taken);
        Assert.False(host.Scheduler.Rest());
        Assert.Equal([console.Port], channels.Unmasked);
    }

    // Found by a review: a guest that did nothing any more kept the daemon from sleeping.
    [Theory]
    [InlineData(5000u)]
    [InlineData(0xFFFF_0000u)]
    public void Indices_that_cannot_be_are_no_news(uint produced)
    {
        guest.Words[3] = produced;
        Assert.False(host.Scheduler.Look());
        Assert.False(host.Scheduler.Rest());
        Assert.Equal([console.Port], channels.Unmasked);
    }

    // Else input would wait for as long as other guests keep the loop from sleeping.
    [Fact]
    public void A_guest_that_reads_from_a_full_ring_ends_a_look()
    {
        Assert.Equal(1024, console.Give(new byte[2000]));
        Assert.False(host.Scheduler.Look());
        guest.Input.Take(new byte[10]);
        Assert.True(host.Scheduler.Look());
        host.Scheduler.Go();
        Assert.False(host.Scheduler.Look());
    }

    [Fact]
    public void A_guest_that_floods_is_not_looked_for_and_its_port_stays_masked_until_its_next_turn()
    {
        for (int i = 0; i < EventRate.Burst; i++)
        {
            guest.Output.Put("flood\n"u8);
            host.Scheduler.Want(console);
            host.Scheduler.Go();
        }
        Assert.True(console.IsFlooding);
        guest.Output.Put(new byte[1025]);
        Assert.False(host.Scheduler.Look());
        host.Scheduler.Rest();
        Assert.Empty(channels.Unmasked);
    }

    [Theory]
    [InlineData("1001")]
    [InlineData("-1")]
    [InlineData("50us")]
    public void The_longest_look_is_a_number_from_0_to_1000(string wrong)
    {
        Assert.Equal(50, ConsoleOptions.Parse([]).PollMicroseconds);
        Assert.Equal(0, ConsoleOptions.Parse(["--poll-us=0"]).PollMicroseconds);
        var refusal = Assert.Throws<UsageException>(() => ConsoleOptions.Parse(["--poll-us", wrong]));
        Assert.Equal($"--poll-us {wrong}: a number from 0 to 1000 is needed", refusal.Message);
    }

    [Fact]
    public void A_console_that_ends_while_its_port_is_masked_is_looked_at_no_more()
    {
        host.Scheduler.Forget(console);
        console.End();
        Assert.False(host.Scheduler.Look());
        Assert.False(host.Scheduler.Rest());
    }
}
