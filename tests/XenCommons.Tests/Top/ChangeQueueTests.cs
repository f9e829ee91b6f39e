using XenCommons.Screens;

namespace XenCommons.Tests.Top;

/// <summary>What the threads of `xencommons top` want is made by its loop, and by nobody else.</summary>
public sealed class ChangeQueueTests
{
    readonly ChangeQueue queue = new();

    // Readings piled up where a terminal took nothing.
    [Fact]
    public async Task Whoever_waits_for_a_change_goes_on_when_the_loop_has_made_it()
    {
        var made = new List<string>();
        queue.Add(() => made.Add("a key"));
        var reading = queue.MadeAsync(() => made.Add("a reading"));
        Assert.Equal((false, 0), (reading.IsCompleted, made.Count));
        await queue.MakeAsync();
        await reading;
        Assert.Equal(["a key", "a reading"], made);
    }

    // The loop was woken while the task still ran, could miss its fault, and showed old numbers for ever.
    [Fact]
    public async Task When_the_loop_is_woken_for_a_task_the_task_has_ended()
    {
        var reading = new TaskCompletionSource();
        queue.WakeAfter(reading.Task);
        var loop = queue.MakeAsync();
        Assert.False(loop.IsCompleted);
        reading.SetException(new InvalidOperationException("a fault of ours"));
        await loop;
        Assert.True(reading.Task.IsFaulted);
    }
}
