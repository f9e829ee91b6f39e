using Xen.Linux;
using Xen.Linux.Loop;

namespace Xen.Tests;

/// <summary>
/// How a loop looks at its descriptors and at shared memory before it sleeps. Each read of the fine clock takes a microsecond.
/// </summary>
public sealed class LookingLoopTests : IPolled, IReadyHandler, IDisposable
{
    readonly EventLoop loop;
    readonly FileDescriptor descriptor = FileDescriptor.EventCounter();
    long now = 1000, fine = 1_000_000;
    int looks, rests, served;
    int? newsInLook;
    bool isServing = true, staysReady;

    public LookingLoopTests()
    {
        loop = new(() => now, () => fine += 1_000);
        loop.Watch(descriptor, Readiness.Read, this);
        loop.LookBeforeSleep(50, this);
    }

    public void Dispose()
    {
        loop.Dispose();
        descriptor.Dispose();
    }

    [Fact]
    public void What_comes_into_the_memory_during_a_look_is_found_and_the_loop_has_not_asked_to_be_woken()
    {
        LearnThatLooksPay();
        newsInLook = looks + 3;
        Iterate();
        Assert.Equal(newsInLook, looks);
        Assert.Equal(0, rests);
    }

    [Fact]
    public void A_descriptor_that_becomes_ready_during_a_look_is_served()
    {
        LearnThatLooksPay();
        descriptor.AddOne();
        Iterate();
        Assert.Equal(1, served);
        Assert.Equal(0, rests);
    }

    // Found while this was written: a socket's client that asked at once each time kept the loop from looking at the guests' rings.
    [Fact]
    public void A_descriptor_that_is_always_ready_does_not_hide_the_memory()
    {
        LearnThatLooksPay();
        staysReady = true;
        descriptor.AddOne();
        for (int i = 0; i < 100; i++)
            Iterate();
        Assert.Equal(100, served);
        Assert.Equal(0, rests);
        Assert.Equal(100, looks);
    }

    [Fact]
    public void A_look_in_vain_ends_and_the_memory_rests_before_the_loop_sleeps()
    {
        LearnThatLooksPay();
        loop.At(now + 1, () => { }); // or it would sleep for ever
        Iterate();
        Assert.InRange(looks, 10, 50);
        Assert.Equal(1, rests);
        Assert.Equal(1, loop.Looks.InVain);
    }

    [Fact]
    public void An_iteration_that_served_nobody_is_followed_by_no_look()
    {
        LearnThatLooksPay();
        isServing = false;
        descriptor.AddOne();
        Iterate(); // this look is after the last one that served
        (looks, rests) = (0, 0);
        descriptor.AddOne();
        Iterate();
        Assert.Equal(0, looks);
        Assert.Equal(1, rests);
    }

    [Fact]
    public void Timers_run_though_each_look_finds_something()
    {
        LearnThatLooksPay();
        staysReady = true;
        descriptor.AddOne();
        int ran = 0;
        var timer = new LoopTimer(loop, () => ran++);
        for (int i = 0; i < 10; i++)
        {
            timer.At(now + 1);
            Iterate();
            now++;
            Iterate();
        }
        Assert.Equal(10, ran);
    }

    [Fact]
    public void A_timer_that_is_due_is_not_kept_waiting_by_a_look()
    {
        LearnThatLooksPay();
        bool hasRun = false;
        loop.At(now, () => hasRun = true);
        Iterate();
        Assert.True(hasRun);
        Assert.Equal(0, looks);
    }

    [Fact]
    public void What_another_thread_posts_ends_a_look()
    {
        LearnThatLooksPay();
        bool hasRun = false;
        loop.Post(() => hasRun = true);
        Iterate();
        Assert.True(hasRun);
        Assert.InRange(looks, 1, 2);
    }

    [Fact]
    public void Without_looks_the_memory_rests_before_each_sleep()
    {
        loop.LookBeforeSleep(0, this);
        for (int i = 0; i < 20; i++)
        {
            descriptor.AddOne();
            Iterate();
        }
        Assert.Equal(0, looks);
        Assert.Equal(20, rests);
        Assert.Equal(20, served);
    }

    bool IPolled.Look() => ++looks == newsInLook;

    bool IPolled.Rest()
    {
        rests++;
        return false;
    }

    void IReadyHandler.Ready(Readiness readiness)
    {
        served++;
        Span<byte> count = stackalloc byte[8];
        if (!staysReady)
            descriptor.Read(count);
    }

    // After some short sleeps the loop looks.
    void LearnThatLooksPay()
    {
        while (looks == 0)
        {
            descriptor.AddOne();
            Iterate();
        }
        (looks, rests, served) = (0, 0, 0);
    }

    void Iterate() => loop.Iterate(mayWait: true, () =>
    {
        if (isServing)
            loop.ExpectMore();
        return false;
    });
}
