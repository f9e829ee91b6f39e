using System.Diagnostics;
using Xen.Linux;
using Xen.Linux.Files;
using Xen.Linux.Processes;

namespace Xen.Tests;

/// <summary>The one way to run another program: it cannot block its reader, outlive its limit, or have others ended in its place.</summary>
public sealed class ChildProcessTests
{
    static readonly TimeSpan Ample = TimeSpan.FromMinutes(1), Short = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task Its_status_and_both_outputs_are_told()
    {
        var result = await ShellAsync("printf said; printf warned >&2; exit 7", Ample);
        Assert.Equal((7, "said", "warned", false), (result.Status, result.Text, result.Errors, result.IsTimedOut));
    }

    [Theory]
    [InlineData("echo ' running'; exit 3", "running")]
    [InlineData("echo running; sleep 60", "")]
    public async Task A_word_is_what_it_prints_in_time_whatever_its_status(string script, string word) =>
        Assert.Equal(word,
            await ChildProcess.AskAsync("sh", ["-c", script], script.Contains("sleep", StringComparison.Ordinal) ? Short : Ample));

    [Fact]
    public async Task A_program_that_is_not_there_has_no_word() =>
        Assert.Equal("", await ChildProcess.AskAsync("no-such-program", [], Ample));

    // .NET looks in the current folder before PATH: `cd /tmp && xendomains check` ran the xl that anybody had put there, as root.
    [Fact]
    public async Task A_program_of_the_current_folder_is_not_taken_for_one_of_PATH()
    {
        const string Name = "program-of-nobody";
        try
        {
            await File.WriteAllTextAsync(Name, "#!/bin/sh\necho runs\n");
            File.SetUnixFileMode(Name, Folder.Public);
            Assert.Equal("", await ChildProcess.AskAsync(Name, [], Ample));
            Assert.Equal("runs", await ChildProcess.AskAsync("./" + Name, [], Ample));
        }
        finally
        {
            File.Delete(Name);
        }
    }

    // A pipe holds 64 KiB: who waits for the end before he reads, or reads one after the other, waits for ever.
    [Fact]
    public async Task More_than_a_pipe_holds_is_read_from_both_outputs()
    {
        var result = await ShellAsync("head -c 300000 /dev/zero >&2; head -c 300000 /dev/zero", Ample);
        Assert.Equal((0, 300_000, 300_000), (result.Status, result.Output.Length, result.Errors.Length));
    }

    [Fact]
    public async Task Bytes_that_are_no_text_stay_as_they_are()
    {
        var result = await ShellAsync(@"printf '\377\000\303'", Ample);
        Assert.Equal([0xFF, 0x00, 0xC3], result.Output.ToArray());
    }

    [Fact]
    public async Task Of_endless_output_the_first_4_MiB_are_kept()
    {
        var result = await ShellAsync("head -c 9000000 /dev/zero", Ample);
        Assert.Equal((0, 4 << 20), (result.Status, result.Output.Length));
    }

    [Fact]
    public async Task Its_input_is_empty() => Assert.Equal("", (await ShellAsync("cat", Ample)).Text);

    [Fact]
    public async Task When_its_time_is_up_it_is_ended_and_what_it_said_is_told()
    {
        var result = await ShellAsync("echo $$; exec sleep 1000", Short);
        Assert.True(result.IsTimedOut);
        Assert.False(Lives(result.Text));
    }

    [Fact]
    public async Task One_that_does_not_listen_is_killed_with_its_children()
    {
        var result = await ShellAsync("trap '' TERM; sleep 1000 & echo $! $$; wait; wait; sleep 1000", Short);
        Assert.True(result.IsTimedOut);
        Assert.All(result.Text.Split(' '), pid => Assert.False(Lives(pid)));
    }

    // As xl does it: the process that writes an image is ended, and xl itself lets the guest go on.
    [Fact]
    public async Task Where_a_victim_is_named_only_it_is_ended_and_the_program_cleans_up()
    {
        using var stranger = Process.Start("sleep", ["1000"]);
        var result = await ChildProcess.RunAsync("sh", ["-c", "sleep 1000; echo cleaned up"], Short, victim: "sleep");
        Assert.Equal((true, "cleaned up\n"), (result.IsTimedOut, result.Text));
        Assert.False(stranger.HasExited);
        stranger.Kill();
    }

    // xl leaves a process behind for each guest, with the pipes of its own.
    [Fact]
    public async Task What_it_leaves_behind_does_not_hold_up_its_end()
    {
        var result = await ShellAsync("sleep 1000 & echo $!", Ample);
        Assert.Equal(0, result.Status);
        Assert.True(Lives(result.Text));
        using var left = Process.GetProcessById(int.Parse(result.Text, System.Globalization.CultureInfo.InvariantCulture));
        left.Kill();
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_an_error_with_its_errno()
    {
        var error = await Assert.ThrowsAsync<PosixException>(() => ChildProcess.RunAsync("/no/such/program", [], Ample));
        Assert.Equal((Errno.ENOENT, "run /no/such/program: No such file or directory"), (error.Errno, error.Message));
    }

    static Task<ChildProcess.Result> ShellAsync(string script, TimeSpan limit) => ChildProcess.RunAsync("sh", ["-c", script], limit);

    // One that is dead and not yet waited for does not.
    static bool Lives(string pid) => ProcessTable.Arguments(int.Parse(pid, System.Globalization.CultureInfo.InvariantCulture)).Length > 0;
}
