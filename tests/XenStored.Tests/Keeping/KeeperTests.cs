namespace XenStored.Tests.Keeping;

/// <summary>When the keeper starts a store again and when it does not, what it counts, and what it becomes.</summary>
public sealed class KeeperTests : IDisposable
{
    readonly TempFolder folder = new();
    readonly string program;

    public KeeperTests()
    {
        program = folder.File("keeper");
        KeptStore.Build(program);
    }

    public void Dispose() => folder.Dispose();

    KeptStore Start(params string[] lines) => new(program, "", lines);

    [Fact]
    public void A_first_store_that_cannot_start_is_not_tried_again()
    {
        using var kept = Start("open exit 3");
        Assert.Equal(3, kept.Ends().Status);
        Assert.Single(kept.Began(1));
    }

    [Theory]
    [InlineData("open serve exit 0")]
    [InlineData("open serve kill 15")]
    public void A_store_that_somebody_has_ended_is_not_started_again(string line)
    {
        using var kept = Start(line);
        Assert.Equal(0, kept.Ends().Status);
    }

    [Fact]
    public void A_store_that_has_served_is_started_again_however_it_ends()
    {
        using var kept = Start("open serve kill 9", "open serve exit 1", "open serve kill 11", "open serve wait");
        Assert.Equal(4, kept.Began(4).Length);
        kept.Signal("TERM");
        var (status, says) = kept.Ends();
        Assert.Equal(0, status);
        Assert.Contains("it was killed and is started again: signal 9\n", says, StringComparison.Ordinal);
        Assert.Contains("it has ended and is started again: exit status 1\n", says, StringComparison.Ordinal);
    }

    // The store sets its state aside after three. A kill -9 is no fault of its own, and neither is one before it has opened its file.
    [Theory]
    [InlineData("0", "open serve kill 9")]
    [InlineData("0", "open serve kill 9", "kill 11")]
    [InlineData("1", "open serve kill 11")]
    [InlineData("1", "open serve exit 1")]
    [InlineData("2", "open serve kill 11", "open kill 6")]
    [InlineData("0", "open serve kill 11", "open aside kill 9")]
    [InlineData("1", "open serve kill 11", "open aside kill 6")]
    public void Faults_of_its_own_with_a_state_are_counted(string faults, params string[] lines)
    {
        using var kept = Start(lines);
        Assert.StartsWith($"faults {faults},", kept.Began(lines.Length + 1)[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Twenty_starts_that_fail_in_a_row_are_enough()
    {
        using var kept = Start(["open serve kill 9", .. Enumerable.Repeat("kill 9", 25)]);
        var (status, says) = kept.Ends();
        Assert.Equal(1, status);
        Assert.Contains("given up after attempts 20\n", says, StringComparison.Ordinal);
        Assert.Equal(21, kept.Began(21).Length);
    }

    [Fact]
    public void A_descriptor_without_the_mark_outlives_its_process_and_one_with_it_does_not()
    {
        using var kept = Start("open serve hold kill 9");
        Assert.Contains("kept 1, marked 0,", kept.Began(2)[1], StringComparison.Ordinal);
    }

    [Fact]
    public void It_becomes_the_program_that_a_check_names_and_counts_its_store_as_one_that_has_served()
    {
        using var kept = new KeptStore(program, $"{program} second", "open serve wait", "exit 1", "open serve wait");
        kept.Began(1);
        kept.Signal("USR2");
        string[] said = kept.Began(3);
        Assert.EndsWith("updated -, kept 0, marked 0, last word first", said[0], StringComparison.Ordinal);
        Assert.EndsWith($"updated {program}, kept 0, marked 0, last word second", said[1], StringComparison.Ordinal);
        Assert.EndsWith("last word second", said[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(257)]
    public void A_check_with_no_words_or_too_many_changes_nothing(int words)
    {
        using var kept = new KeptStore(program, string.Join(' ', Enumerable.Repeat(program, words)), "open serve wait");
        kept.Began(1);
        kept.Signal("USR2"); // the store gets it as well, to say why it stays; one by a script dies
        Assert.EndsWith("last word first", kept.Began(2)[1], StringComparison.Ordinal);
    }
}
