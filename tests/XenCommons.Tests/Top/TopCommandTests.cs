using System.Text.Json;
using XenCommons.Tests.Metrics;

namespace XenCommons.Tests.Top;

/// <summary>`xencommons top` as a script calls it, and as an administrator sees it on a terminal.</summary>
public sealed class TopCommandTests
{
    const string Back = "\e[?1049l";

    [Fact]
    public void Once_it_prints_what_each_domain_does_and_no_escapes()
    {
        using var host = new BusyHost();
        var (status, output, errors) = Programs.Run(host.Top("--once"));
        Assert.True(status == 0, errors);
        Assert.DoesNotContain('\e', output);
        string[] web = Cells(output.Split('\n').Single(line => line.Contains(" web ", StringComparison.Ordinal)));
        Assert.Equal([$"{SimulatedHost.Domid}", "web"], web[..2]);
        Assert.All(web[2..4], cell => Assert.NotEqual("0", cell)); // requests and writes
        Assert.EndsWith("%", web[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void An_object_a_line_has_domains_and_clients_with_their_processes()
    {
        using var host = new BusyHost();
        var (status, output, errors) = Programs.Run(host.Top("--json", "--once", "--filter=we"));
        Assert.True(status == 0, errors);
        var top = JsonElement.Parse(output);
        var web = Assert.Single(top.GetProperty("domains").EnumerateArray());
        double requests = web.GetProperty("requests_per_second").GetDouble(), writes = web.GetProperty("writes_per_second").GetDouble();
        Assert.True(writes > 0 && requests > writes, output);
        Assert.True(web.GetProperty("console_bytes_per_second").GetDouble() > 0, output);
        Assert.True(web.GetProperty("quota_percent").TryGetProperty("nodes", out _));
        var clients = top.GetProperty("clients").EnumerateArray().ToLookup(client => client.GetProperty("command").GetString());
        var self = Assert.Single(clients["xencommons"]);
        Assert.Equal(Programs.Run("id", "-u").Output.Trim(), self.GetProperty("uid").ToString());
        Assert.True(self.GetProperty("pid").GetInt32() > 0);
        Assert.True(Assert.Single(clients["xenconsoled"]).GetProperty("watches").GetInt32() > 0);
    }

    // There were no numbers at all, and the store was said not to have answered for ten seconds.
    [Fact]
    public void A_console_daemon_that_hangs_costs_only_its_own_numbers()
    {
        using var host = new BusyHost();
        host.ConsolesHang();
        var (status, output, errors) = Programs.Run(host.Top("--json", "--once", "--filter=web"));
        Assert.Equal((0, ""), (status, errors));
        var web = Assert.Single(JsonElement.Parse(output).GetProperty("domains").EnumerateArray());
        Assert.True(web.GetProperty("requests_per_second").GetDouble() > 0, output);
        Assert.Equal(JsonValueKind.Null, web.GetProperty("console_bytes_per_second").ValueKind);
    }

    // The status was that of a program which the signal had killed.
    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    [InlineData("QUIT")]
    [InlineData("HUP")]
    public void Objects_come_until_it_is_ended(string signal)
    {
        using var host = new BusyHost();
        using var top = System.Diagnostics.Process.Start(host.Top("--json"))!;
        for (int count = 0; count < 3; count++)
            Assert.True(JsonElement.Parse(top.StandardOutput.ReadLine()!).GetProperty("seconds").GetDouble() > 0);
        Programs.Signal(top.Id, signal);
        top.WaitForExit();
        Assert.Equal(0, top.ExitCode);
    }

    // `xencommons top --json | head -1` never ended: each such pipeline left a process that asked the store for ever.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_ends_when_the_reader_of_its_pipe_is_gone(bool isStoreThere)
    {
        using var host = new BusyHost();
        using var top = System.Diagnostics.Process.Start(host.Top("--json"))!;
        try
        {
            Assert.NotNull(top.StandardOutput.ReadLine());
            if (!isStoreThere) // and so there is nothing to write
                host.DaemonsEnd();
            top.StandardOutput.Close();
            Until(() => top.HasExited, () => "it goes on");
            Assert.Equal(0, top.ExitCode);
        }
        finally
        {
            top.Kill();
        }
    }

    [Theory]
    [InlineData("--json", "--once")]
    [InlineData("--clients", "--once")]
    [InlineData]
    public void A_reader_that_is_gone_before_it_prints_is_no_error(params string[] words)
    {
        using var host = new BusyHost();
        using var top = System.Diagnostics.Process.Start(host.Top(words))!;
        top.StandardOutput.Close();
        Assert.Equal("", top.StandardError.ReadToEnd());
        top.WaitForExit();
        Assert.Equal(0, top.ExitCode);
    }

    [Theory]
    [InlineData("--json")]
    [InlineData("--once")]
    public void What_cannot_be_written_is_said_in_one_sentence(string word)
    {
        using var host = new BusyHost();
        var start = host.Top(word);
        foreach (string part in (string[])[start.FileName, "exec \"$0\" \"$@\" > /dev/full", "-c"])
            start.ArgumentList.Insert(0, part);
        start.FileName = "sh";
        var (status, _, errors) = Programs.Run(start);
        Assert.Equal((1, "xencommons: standard output cannot be written: No space left on device\n"), (status, errors));
    }

    [Theory]
    [InlineData("--once")]
    [InlineData("--json", "--once")]
    [InlineData] // without a terminal it is once
    public void Without_a_store_it_says_so_in_one_sentence(params string[] words)
    {
        using var host = new DaemonStage();
        var (status, output, errors) = host.RunProgram("xencommons", ["top", "--hypervisor=none", .. words]);
        Assert.Equal((1, "", 1), (status, output, errors.Count(letter => letter == '\n')));
        Assert.Contains("does a xenstored run?", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("c417")]
    [InlineData("oxen")]
    public void Another_store_than_ours_is_told_apart(string kind)
    {
        using var host = new DaemonStage();
        using var store = new StoreProcess(kind);
        host.Environment["XENSTORED_PATH"] = store.Socket;
        var (status, output, errors) = host.RunProgram("xencommons", "top", "--hypervisor=none", "--once", "--programs=" + host.Folder);
        Assert.Equal((1, ""), (status, output));
        Assert.Contains("another one than our xenstored", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--sort=nonsense", "the columns are id, name, requests")]
    [InlineData("--sort=pid", "the columns are id, name, requests")]
    [InlineData("--interval=0", "a number from 1 to 3600")]
    public void Wrong_words_are_named(string word, string sentence)
    {
        using var host = new DaemonStage();
        var (status, _, errors) = host.RunProgram("xencommons", "top", word);
        Assert.Equal(22, status);
        Assert.Contains(sentence, errors, StringComparison.Ordinal);
    }

    [Fact]
    public void On_a_terminal_keys_lead_to_clients_to_paths_and_out()
    {
        using var host = new BusyHost();
        using var top = new TerminalSession(host.Top());
        top.Shows("rates come with the second reading");
        top.Shows(" web ");
        top.Press("\t");
        top.Shows("xenconsoled");
        top.Press("\t/web\r");
        top.Shows("filter: web");
        top.Press("\r");
        top.Shows("Hottest paths of domain 7 web: sampled for");
        top.Shows($"/local/domain/7/{BusyHost.Hot}");
        top.Press("\e");
        top.Shows("1 of 2 domains");
        top.Press("p");
        top.Shows("PAUSED");
        top.Press("q");
        Assert.Equal(0, top.EndsAndGivesTheTerminalBack());
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    [InlineData("QUIT")]
    [InlineData("HUP")] // it left a living terminal raw, and on the other screen
    public void A_signal_ends_it_and_the_terminal_is_as_it_was(string signal)
    {
        using var host = new DaemonStage();
        using var top = new TerminalSession(host.Describe("xencommons", "top", "--hypervisor=none"));
        top.Shows("does a xenstored run?");
        top.Signal(signal);
        Assert.Equal(0, top.EndsAndGivesTheTerminalBack());
    }

    // A signal from somebody else left the terminal raw, and on the other screen.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void When_it_is_stopped_the_terminal_is_as_it_was_and_it_goes_on_as_a_job(bool byKey)
    {
        const int Stopped = 20; // SIGTSTP
        using var host = new DaemonStage();
        using var top = new TerminalSession(host.Describe("xencommons", "top", "--hypervisor=none"), isJob: true);
        top.Shows("does a xenstored run?");
        if (byKey)
            top.Press("\x1a");
        else
            top.Signal("TSTP");
        Assert.Equal(Stopped, top.StopsAndGivesTheTerminalBack());
        top.Press("\n");
        top.Shows("does a xenstored run?");
        top.Press("/x");
        top.Shows("filter: x_"); // it has each key at once again
        top.Press("\x03");
        Assert.Equal(0, top.EndsAndGivesTheTerminalBack());
    }

    // Without a shell that knows jobs nobody could let it go on.
    [Fact]
    public void Ctrl_Z_without_a_shell_does_not_stop_it()
    {
        using var host = new DaemonStage();
        using var top = new TerminalSession(host.Describe("xencommons", "top", "--hypervisor=none"));
        top.Shows("does a xenstored run?");
        top.Press("\x1a/x");
        top.Shows("filter: x_");
        top.Press("\x03");
        Assert.Equal(0, top.EndsAndGivesTheTerminalBack());
    }

    [Fact]
    public void Ctrl_C_ends_it_whatever_is_being_typed()
    {
        using var host = new DaemonStage();
        using var top = new TerminalSession(host.Describe("xencommons", "top", "--hypervisor=none"));
        top.Shows("does a xenstored run?");
        top.Press("/x");
        top.Shows("filter: x_");
        top.Press("\x03");
        Assert.Equal(0, top.EndsAndGivesTheTerminalBack());
    }

    [Fact]
    public void It_goes_on_when_the_store_is_away_and_when_it_is_back_no_rate_is_negative()
    {
        using var host = new BusyHost();
        using var top = new TerminalSession(host.Top());
        top.Shows(" web ");
        host.DaemonsEnd();
        top.Shows("does a xenstored run?");
        top.Press("");
        host.StoreComesBack();
        top.Shows("store: -"); // the counters began anew
        top.Press("r");
        top.Shows(" web ");
        Assert.DoesNotMatch(@"\s-\d", top.Shown[top.Shown.LastIndexOf("\e[H", StringComparison.Ordinal)..]);
        top.Press("q");
        Assert.Equal(0, top.EndsAndGivesTheTerminalBack());
    }

    [Fact]
    public void It_follows_the_size_of_the_terminal()
    {
        using var host = new BusyHost("a-guest-with-a-name-of-some-length");
        using var top = new TerminalSession(host.Top());
        top.Shows("a-guest-with~");
        top.Resize(120, 40);
        top.Shows("a-guest-with-a-name-of-some-length");
        top.Resize(20, 5);
        top.Shows("a-guest-with-~");
        top.Press("q");
        Assert.Equal(0, top.EndsAndGivesTheTerminalBack());
    }

    // A terminal that cannot move its cursor gets a table, and no escape at all.
    [Fact]
    public void A_dumb_terminal_gets_one_table()
    {
        using var host = new BusyHost();
        using var top = new TerminalSession(host.Top(), terminal: "dumb");
        top.Shows(" web ");
        Assert.Equal(0, top.EndsAndGivesTheTerminalBack(wasOnOtherScreen: false));
        Assert.DoesNotContain('\e', top.Shown);
    }

    [Theory]
    [InlineData("1", false)]
    [InlineData("", true)]
    public void Colours_are_left_out_where_nobody_wants_them(string noColour, bool hasColours)
    {
        using var host = new BusyHost("[red]we\e]0;x\ab");
        var start = host.Top();
        start.Environment["NO_COLOR"] = noColour;
        using var top = new TerminalSession(start, columns: 120);
        top.Shows(@"[red]we\u001B]0;x\u0007b");
        Assert.DoesNotContain("\e]", top.Shown, StringComparison.Ordinal);
        top.Press("\e[B");
        top.Shows("\e[7m"); // what is selected can be seen without colours
        if (!hasColours)
            Assert.DoesNotMatch(@"\e\[([0-9]+;)*(3[0-7]|9[0-7]|38)(;[0-9]+)*m", top.Shown);
        top.Press("q");
        Assert.Equal(0, top.EndsAndGivesTheTerminalBack());
        Assert.Contains(Back, top.Shown, StringComparison.Ordinal);
    }

    static string[] Cells(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
