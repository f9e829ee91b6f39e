using Xen.Linux.Loop;

namespace Xen.Tests;

/// <summary>The timers of a loop, under a clock that the test moves.</summary>
public sealed class TimerTests : IDisposable
{
    readonly EventLoop loop;
    readonly List<string> done = [];
    long now = 1000;

    public TimerTests() => loop = new(() => now);

    public void Dispose() => loop.Dispose();

    [Fact]
    public void A_timer_runs_once_when_its_time_has_come()
    {
        var timer = loop.At(1100, () => done.Add("a"));
        Pass(99);
        Assert.True(timer.IsSet);
        Assert.Empty(done);
        Pass(1);
        Assert.False(timer.IsSet);
        Pass(1000);
        Assert.Equal(["a"], done);
    }

    [Fact]
    public void What_is_due_first_runs_first_and_equals_in_the_order_in_which_they_were_set()
    {
        loop.At(1200, () => done.Add("late"));
        loop.At(1100, () => done.Add("one"));
        loop.At(1100, () => done.Add("two"));
        loop.At(1050, () => done.Add("early"));
        Pass(500);
        Assert.Equal(["early", "one", "two", "late"], done);
    }

    [Fact]
    public void A_timer_can_be_moved_cancelled_and_set_again()
    {
        var timer = loop.At(1100, () => done.Add("a"));
        timer.At(1300);
        Pass(200);
        Assert.Empty(done);
        timer.At(1210);
        Pass(10);
        Assert.Equal(["a"], done);
        timer.At(1400);
        timer.Cancel();
        timer.Cancel(); // which is no fault
        Pass(1000);
        timer.At(3000);
        Pass(1000);
        Assert.Equal(["a", "a"], done);
    }

    [Fact]
    public void A_time_that_has_passed_means_the_next_iteration()
    {
        loop.At(0, () => done.Add("a"));
        Pass(0);
        Assert.Equal(["a"], done);
    }

    [Fact]
    public void A_timer_that_sets_itself_for_now_keeps_nobody_waiting()
    {
        LoopTimer again = null!;
        again = loop.At(1000, () =>
        {
            done.Add("again");
            again.At(0);
        });
        loop.At(1000, () => done.Add("other"));
        Pass(0);
        Assert.Equal(["again", "other"], done);
        Pass(0);
        Assert.Equal(["again", "other", "again"], done);
    }

    [Fact]
    public void A_timer_that_another_one_cancels_or_moves_in_the_same_iteration_does_not_run()
    {
        LoopTimer cancelled = null!, moved = null!;
        loop.At(1001, () =>
        {
            cancelled.Cancel();
            moved.At(2000);
        });
        cancelled = loop.At(1002, () => done.Add("cancelled"));
        moved = loop.At(1003, () => done.Add("moved"));
        Pass(10);
        Assert.Empty(done);
        Assert.True(moved.IsSet);
        Assert.Equal(2000, moved.Due);
    }

    [Fact]
    public void The_loop_waits_for_its_first_timer_and_no_longer()
    {
        using var real = new EventLoop();
        long began = real.Now;
        var timer = real.At(began + 30, () => done.Add("a"));
        while (timer.IsSet)
            real.Iterate(mayWait: true, () => false);
        Assert.True(real.Now >= began + 30);
        Assert.Null(real.Timers.Next);
    }

    [Fact]
    public void An_iteration_that_leaves_work_is_followed_by_one_that_does_not_wait()
    {
        int iterations = 0;
        loop.Run(() =>
        {
            if (++iterations == 3)
                loop.Stop();
            return iterations < 3;
        });
        Assert.Equal(4, iterations); // the last is the one to which the stop was posted
    }

    // The heap against a list that is sorted anew each time.
    [Fact]
    public void Any_order_of_setting_moving_and_cancelling_is_kept()
    {
        var random = new Random(7);
        var timers = Enumerable.Range(0, 50).Select(name => new LoopTimer(loop, () => done.Add($"{name}"))).ToArray();
        var expected = new List<(long Due, int Order, int Name)>();
        for (int step = 0; step < 5000; step++)
        {
            int name = random.Next(timers.Length);
            expected.RemoveAll(timer => timer.Name == name);
            if (random.Next(3) == 0)
                timers[name].Cancel();
            else
            {
                long due = now + random.Next(20);
                timers[name].At(due);
                expected.Add((due, step, name));
            }
            if (random.Next(4) != 0)
                continue;
            done.Clear();
            Pass(random.Next(5));
            Assert.Equal(expected.Where(timer => timer.Due <= now).Order().Select(timer => $"{timer.Name}"), done);
            expected.RemoveAll(timer => timer.Due <= now);
            Assert.Equal(expected.Count == 0 ? null : expected.Min().Due, loop.Timers.Next);
        }
    }

    // One iteration, some milliseconds later.
    void Pass(int milliseconds)
    {
        now += milliseconds;
        loop.Iterate(mayWait: false, () => false);
    }
}
