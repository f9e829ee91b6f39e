using Xen.Hosting.Settings;
using XenWatchdog.Daemon;
using XenWatchdog.Evaluation;

namespace XenWatchdog.Tests;

/// <summary>The command line: C xenwatchdogd's forms, old and new, and ours.</summary>
public sealed class OptionsTests
{
    [Theory]
    [InlineData("30 15", 30, 15)]
    [InlineData("30", 30, 15)]
    [InlineData("2", 2, 1)]
    [InlineData("0x1e 0xA", 30, 10)]
    [InlineData("-F -x 60 15", 60, 15)]
    [InlineData("60 --foreground 15", 60, 15)]
    public void Timeout_and_sleep_are_read_as_C_reads_them(string line, uint timeout, uint sleep)
    {
        var options = Parse(line);
        Assert.Equal((timeout, sleep), (options.Timeout, options.Sleep));
    }

    [Theory]
    [InlineData("", "a timeout must be given")]
    [InlineData("1", "invalid timeout 1: whole seconds from 2")]
    [InlineData("ten", "invalid timeout ten")]
    [InlineData("10 0", "invalid sleep 0: whole seconds from 1 to 9")]
    [InlineData("10 10", "invalid sleep 10")]
    [InlineData("10 5 3", "unexpected argument 3")]
    [InlineData("-D 10", "unknown option -D")]
    [InlineData("--mode=hard 10", "off, report or enforce is needed")]
    [InlineData("--check=stor=report 10", "there is no check stor; there are store-socket, store-ring")]
    [InlineData("--check=root=enforce,0 10", "a number from 1 to 1000")]
    [InlineData("--check=grants=enforce 10", "it can only be report or off")]
    [InlineData("--check=grants 10", "off, report or enforce is needed")]
    public void What_makes_no_sense_is_said_in_a_sentence(string line, string said) =>
        Assert.Contains(said, Assert.Throws<UsageException>(() => Parse(line)).Message, StringComparison.Ordinal);

    [Fact]
    public void An_empty_path_is_as_if_the_option_were_not_there()
    {
        var options = Parse("--run-dir= --state-dir= 30");
        Assert.Equal(("/run/xenwatchdogd", "/var/lib/xen/watchdog"), (options.RunFolder, options.StateFolder));
        Assert.Equal(Path.GetFullPath("here"), Parse("--run-dir=here 30").RunFolder);
    }

    [Fact]
    public void Each_check_has_its_own_mode_or_that_of_all()
    {
        var options = Parse("--mode=enforce --check=root=report --check=fork=off --check=store-ring=enforce,7 60 15");
        var checks = options.Checks(isHost: true).ToDictionary(check => check.Rule.Name, check => check.Setting);
        Assert.Equal(new(CheckMode.Report, 3), checks["root"]);
        Assert.Equal(CheckMode.Off, checks["fork"].Mode);
        Assert.Equal(new(CheckMode.Enforce, 7), checks["store-ring"]);
        Assert.Equal(new(CheckMode.Enforce, 3), checks["hypercall"]);
    }

    [Fact]
    public void A_guest_has_no_store_to_look_after() =>
        Assert.Equal(["fork", "root", "threads"], Parse("60").Checks(isHost: false).Select(check => check.Rule.Name));

    static WatchdogOptions Parse(string line) => WatchdogOptions.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
