using XenDomains.Execution;
using XenDomains.Planning;
using XenDomains.Reports;

namespace XenDomains.Tests.Planning;

/// <summary>A fault of our own in one guest's turn, or in what tells of it, leaves no other guest running.</summary>
public sealed class StepRunnerTests
{
    static readonly Func<string, string> Itself = step => step;

    // Gentoo's and Alpine's settings stop guests one by one. The guest before in the line was needed as well, and the whole stop ended with
    // an exception.
    [Fact]
    public async Task Who_waits_for_another_for_two_reasons_waits_once()
    {
        var done = new List<string>();
        await StepRunner.RunAsync(["app", "net"], Itself, step => step == "net" ? ["app", "app"] : [], (step, before) =>
        {
            done.Add(step);
            return Task.FromResult(before.Count < 2);
        });
        Assert.Equal(["app", "net"], done);
    }

    [Fact]
    public async Task What_one_throws_comes_out_when_all_others_have_had_their_turn()
    {
        var done = new List<string>();
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            StepRunner.RunAsync(["broken", "after", "last"], Itself, Before, TurnAsync));
        Assert.Equal("ours", fault.Message);
        Assert.Equal(["after False", "last True"], done);

        static IReadOnlyList<string> Before(string step) => step switch { "after" => ["broken"], "last" => ["after"], _ => [] };

        async Task<bool> TurnAsync(string step, IReadOnlyDictionary<string, bool> before)
        {
            await Task.Yield();
            if (step == "broken")
                throw new InvalidOperationException("ours");
            done.Add($"{step} {before.Values.Single()}");
            return true;
        }
    }

    [Fact]
    public async Task Two_of_one_name_are_both_waited_for()
    {
        var first = new TaskCompletionSource<bool>();
        int turn = 0;
        var running = StepRunner.RunAsync(["twin", "twin"], Itself, _ => [],
            (_, _) => turn++ == 0 ? first.Task : Task.FromException<bool>(new InvalidOperationException("ours")));
        Assert.False(running.IsCompleted);
        first.SetResult(true);
        await Assert.ThrowsAsync<InvalidOperationException>(() => running);
    }

    sealed class Failing(Exception fault) : IReport
    {
        public void Tell(string guest, Stage stage, string text) => throw fault;
    }

    public static TheoryData<Exception> FaultsOfTelling =>
        [new IOException("No space left on device"), new ArgumentOutOfRangeException(null, "No space left on device"),
            new OperationCanceledException("No space left on device"), new InvalidOperationException("No space left on device")];

    // A report's fault, whichever it is, once was a fault of the guest at hand, which then was left running.
    [Theory]
    [MemberData(nameof(FaultsOfTelling))]
    public void Where_steps_cannot_be_told_of_the_work_goes_on_and_the_summary_says_so(Exception fault)
    {
        var progress = new Progress("stop", new Failing(fault));
        progress.Tell("web", Stage.Done, "has shut down");
        Assert.Equal("stop: 1 of 1 guests went well; not all of it could be reported: No space left on device", progress.Summary());
    }
}
