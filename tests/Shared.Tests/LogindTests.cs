using System.Collections.Concurrent;
using Xen.Bus;

namespace Xen.Tests;

/// <summary>What logind tells, and its delay: by one of the test's own.</summary>
public sealed class LogindTests : IDisposable
{
    readonly PrivateBus bus = new();

    public void Dispose() => bus.Dispose();

    [Fact]
    public async Task Signals_come_in_order_and_do_not_hold_the_bus_up()
    {
        using var logind = await FakeLogind.ServeAsync(bus);
        using var client = await bus.ConnectAsync();
        using var goOn = new ManualResetEventSlim();
        var heard = new BlockingCollection<bool>();
        await Logind.ListenAsync(client, "PrepareForSleep", begins =>
        {
            goOn.Wait();
            heard.Add(begins);
        });
        bool[] told = [.. Enumerable.Range(0, 200).Select(number => number % 7 % 2 == 0)];
        foreach (bool one in told)
            logind.Tell("PrepareForSleep", one);
        logind.TellNonsense("PrepareForSleep"); // is nobody's, and ends no connection
        Assert.True(await client.AnswersAsync(TimeSpan.FromSeconds(60))); // though a handler stands still
        goOn.Set();
        Assert.Equal(told, await Task.Run(() =>
            told.Select(_ => heard.TryTake(out bool begins, 60_000) ? begins : throw new TimeoutException()).ToArray()));
        Assert.True(await client.AnswersAsync(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task A_delay_is_a_descriptor_that_is_closed_when_it_is_let_go()
    {
        using var logind = await FakeLogind.ServeAsync(bus);
        using var client = await bus.ConnectAsync();
        using var delay = new LogindDelay("sleep", "test", "because");
        Assert.Null(await delay.TakeAsync(client));
        Until(() => Held(logind) == 1, "it holds no delay, or two");
        Assert.Null(await delay.TakeAsync(client));
        Until(() => Held(logind) == 1, "it holds no delay, or two");
        Assert.Equal(2, logind.Delays);
        using (delay.HandOver())
        {
            delay.Dispose();
            Assert.Equal(1, Held(logind));
        }
        Until(() => Held(logind) == 0, "it holds a delay still");
    }

    [Fact]
    public async Task Without_logind_there_is_a_reason_and_no_exception()
    {
        using var client = await bus.ConnectAsync();
        using var delay = new LogindDelay("sleep", "test", "because");
        Assert.Contains("org.freedesktop.login1", await delay.TakeAsync(client), StringComparison.Ordinal);
        Assert.Null(delay.HandOver());
    }

    static int Held(FakeLogind logind) =>
        Directory.EnumerateFileSystemEntries("/proc/self/fd").Count(entry => Target(entry) == logind.File);

    static string? Target(string entry)
    {
        try
        {
            return File.ResolveLinkTarget(entry, returnFinalTarget: false)?.FullName;
        }
        catch (FileNotFoundException)
        {
            return null; // another test has closed it
        }
    }
}
