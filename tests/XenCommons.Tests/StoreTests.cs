using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Xen.Hosting.Settings;
using XenCommons.Host;
using XenCommons.Store;

namespace XenCommons.Tests;

/// <summary>Which store the host's settings want: the variables of upstream's /etc/default/xencommons.</summary>
public sealed class StoreTests : IDisposable
{
    const string Maker = "/usr/libexec/xen/bin/init-xenstore-domain";
    readonly HostFolder host = new();

    public void Dispose() => host.Dispose();

    [Theory]
    [InlineData("", "/sbin/xenstored --pid-file /run/xen/xenstored.pid", null, -500)]
    [InlineData("XENSTORETYPE=daemon", "/sbin/xenstored --pid-file /run/xen/xenstored.pid", null, -500)]
    [InlineData("XENSTORED=/usr/sbin/oxenstored", "/usr/sbin/oxenstored --pid-file /run/xen/xenstored.pid", null, -500)]
    [InlineData("XENSTORED_ARGS=  -E 2000\t-W 5 ", "/sbin/xenstored --pid-file /run/xen/xenstored.pid -E 2000 -W 5", null, -500)]
    [InlineData("XENSTORED_OPTS=--entry-nb 4000 --watch-nb 512", // Gentoo, Alpine
        "/sbin/xenstored --pid-file /run/xen/xenstored.pid --entry-nb 4000 --watch-nb 512", null, -500)]
    [InlineData("XENSTORED_ARGS=;XENSTORED_OPTS=-E 5", "/sbin/xenstored --pid-file /run/xen/xenstored.pid -E 5", null, -500)]
    [InlineData("XENSTORED_ARGS=-E 6;XENSTORED_OPTS=-E 5", "/sbin/xenstored --pid-file /run/xen/xenstored.pid -E 6", null, -500)]
    [InlineData("XENSTORED_TRACE=no", "/sbin/xenstored --pid-file /run/xen/xenstored.pid", null, -500)] // Alpine's script asks for a yes
    [InlineData("XENSTORED_TRACE=yes;XENSTORED_ARGS=-E 5",
        "/sbin/xenstored --pid-file /run/xen/xenstored.pid -T /var/log/xen/xenstored-trace.log -E 5", null, -500)]
    [InlineData("XENSTORED_MAX_OPEN_FDS=unlimited", "/sbin/xenstored --pid-file /run/xen/xenstored.pid", ulong.MaxValue, -500)]
    [InlineData("XENSTORED_MAX_OPEN_FDS=4096", "/sbin/xenstored --pid-file /run/xen/xenstored.pid", 4096ul, -500)]
    [InlineData("XENSTORED_OOM_MEM_THRESHOLD=100", "/sbin/xenstored --pid-file /run/xen/xenstored.pid", null, -1000)]
    [InlineData("XENSTORED_OOM_MEM_THRESHOLD=0", "/sbin/xenstored --pid-file /run/xen/xenstored.pid", null, 0)]
    public void A_daemon(string settings, string line, ulong? openFiles, int oomScore)
    {
        var launch = Of(settings);
        Assert.Equal((line, openFiles, oomScore, false),
            ($"{launch.Program} {string.Join(' ', launch.Arguments)}", launch.OpenFiles, launch.OomScore, launch.IsDomain));
    }

    [Theory]
    [InlineData("--quota 'a=1 2' -E\t5", "--quota|a=1 2|-E|5")]
    [InlineData("--a=\"b c\"d 'e'", "--a=b cd|e")]
    [InlineData("it's a", "it's|a")] // what is not closed is a letter
    [InlineData("5\" a", "5\"|a")]
    [InlineData("--log '' a", "--log||a")]
    [InlineData(" \n", "")]
    public void Quotes_keep_words_together_as_systemd_and_OpenRC_have_it(string text, string words) =>
        Assert.Equal(words, string.Join('|', ServiceOptions.Split(text)));

    [Theory]
    [InlineData("XENSTORED_ARGS=-E 6;XENSTORED_OPTS=-E 5", "XENSTORED_OPTS is not read, since XENSTORED_ARGS is set")]
    [InlineData("XENSTORED_ARGS=-E 6;XENSTORED_OPTS=-E 6", null)]
    [InlineData("XENSTORED_OPTS=-E 5", null)]
    [InlineData("XENSTORED_STUBDOM=yes", "XENSTORED_STUBDOM (Alpine's) is not read")]
    public void A_setting_that_does_not_count_is_told(string settings, string? said)
    {
        var remarks = Of(settings).Remarks;
        if (said is null)
            Assert.Empty(remarks);
        else
            Assert.StartsWith(said, Assert.Single(remarks), StringComparison.Ordinal);
    }

    [Fact]
    public void In_the_foreground_the_daemon_does_not_fork() =>
        Assert.Equal(["--no-fork", "--pid-file", "/run/xen/xenstored.pid"],
            StoreLaunch.Of(_ => null, "/sbin/xenstored", Maker, staysInForeground: true).Arguments);

    [Theory]
    [InlineData("", "--kernel /usr/libexec/xen/boot/xenstore-stubdom.gz --memory 8")]
    [InlineData("XENSTORE_DOMAIN_KERNEL=/boot/store.gz;XENSTORE_DOMAIN_SIZE=16;XENSTORE_MAX_DOMAIN_SIZE=1/50;"
        + "XENSTORE_DOMAIN_ARGS=--event 5 -x",
        "--kernel /boot/store.gz --memory 16 --maxmem 1/50 --event 5 -x")]
    public void A_domain(string settings, string line)
    {
        var launch = Of("XENSTORETYPE=domain;" + settings);
        Assert.Equal((Maker, line, true), (launch.Program, string.Join(' ', launch.Arguments), launch.IsDomain));
    }

    [Theory]
    [InlineData("XENSTORETYPE=stubdom", "XENSTORETYPE is stubdom: daemon and domain are known")]
    [InlineData("XENSTORED_MAX_OPEN_FDS=many", "XENSTORED_MAX_OPEN_FDS is many: a number above 0 or unlimited is needed")]
    [InlineData("XENSTORED_MAX_OPEN_FDS=0", "XENSTORED_MAX_OPEN_FDS is 0")]
    [InlineData("XENSTORED_OOM_MEM_THRESHOLD=101", "XENSTORED_OOM_MEM_THRESHOLD is 101: a number of per cent from 0 to 100 is needed")]
    public void A_setting_that_makes_no_sense_is_said_in_a_sentence(string settings, string said) =>
        Assert.Contains(said, Assert.Throws<UsageException>(() => Of(settings)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_domain_without_its_maker_is_said()
    {
        var refused = Assert.Throws<UsageException>(() =>
            StoreLaunch.Of(name => name == "XENSTORETYPE" ? "domain" : null, "/sbin/xenstored", null, false));
        Assert.Contains("there is no init-xenstore-domain", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_becomes_the_daemon_with_its_limits()
    {
        string daemon = Script("/daemon", "echo $$ \"$@\"; ulimit -n; cat /proc/self/oom_score_adj");
        using var process = Run(new()
        {
            ["XENSTORED"] = daemon,
            ["XENSTORED_MAX_OPEN_FDS"] = "100",
            ["XENSTORED_OOM_MEM_THRESHOLD"] = "0",
        });
        string said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal($"{process.Id} --pid-file /run/xen/xenstored.pid\n100\n0\n", said);
    }

    [Fact]
    public void In_the_foreground_it_becomes_our_daemon_which_reports_itself_that_it_lives()
    {
        string link = host.At("/ours");
        File.CreateSymbolicLink(link, Checkout.Program("xenstored"));
        using var manager = Listen(out string socket);
        using var process = Run(new()
        {
            ["XENSTORED"] = link,
            ["XENSTORED_ARGS"] = "--version",
            ["XENSTORED_OOM_MEM_THRESHOLD"] = "0",
            ["NOTIFY_SOCKET"] = socket,
        }, "--foreground");
        Assert.StartsWith("xenstored ", process.StandardOutput.ReadToEnd(), StringComparison.Ordinal);
        process.WaitForExit();
        Assert.Equal((0, 0), (process.ExitCode, manager.Available));
    }

    // The store is lost with its process, and a new one would be empty: 3 tells the unit to start none. And nobody reports that it lives.
    [Fact]
    public void Another_daemon_is_watched_by_nobody_and_not_started_again()
    {
        using var manager = Listen(out string socket);
        using var process = RunOther("echo \"$@\"; ulimit -n; cat /proc/self/oom_score_adj; exit 5", socket);
        Assert.Equal("WATCHDOG_USEC=0", Receive(manager));
        Assert.Equal("--no-fork --pid-file /run/xen/xenstored.pid\n100\n0\n", process.StandardOutput.ReadToEnd());
        Assert.Contains("/other has ended with 5, and what the guests' drivers know about disks and networks is lost",
            process.StandardError.ReadToEnd(), StringComparison.Ordinal);
        process.WaitForExit();
        Assert.Equal(3, process.ExitCode);
    }

    [Fact]
    public void Another_daemon_ends_with_a_signal_to_the_unit_and_that_is_no_failure()
    {
        using var process = RunOther("trap 'echo ends; exit 0' TERM; echo runs; while :; do sleep 0.05; done");
        Assert.Equal("runs", process.StandardOutput.ReadLine());
        Programs.Signal(process.Id, "TERM");
        Assert.Equal("ends\n", process.StandardOutput.ReadToEnd());
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    // SIGUSR2 is the reload of a keeper of ours. It ended the parent, and the service's end the other store.
    [Fact]
    public void A_reload_of_the_service_does_not_end_another_daemon()
    {
        using var process = RunOther("trap 'exit 0' TERM; echo runs; while :; do sleep 0.05; done");
        Assert.Equal("runs", process.StandardOutput.ReadLine());
        Programs.Signal(process.Id, "USR2");
        Assert.Contains("the store is not ours", process.StandardError.ReadLine(), StringComparison.Ordinal);
        Programs.Signal(process.Id, "TERM");
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    // The daemon went on without its parent if the signal came before the parent knew it.
    [Fact]
    public void A_signal_while_another_daemon_is_started_leaves_nothing_behind()
    {
        for (int wait = 0; wait < 100; wait += 4)
        {
            using var process = RunOther("while :; do sleep 0.05; done");
            Thread.Sleep(wait);
            Programs.Signal(process.Id, "TERM");
            process.WaitForExit();
            Assert.False(File.Exists(host.At("/run/xen/xenstored.other")));
        }
        Wait.Until(() => Programs.Run("pgrep", "-f", host.At("/other")).Status != 0, "a daemon was left behind");
    }

    [Fact]
    public void Another_daemon_that_was_killed_with_its_parent_is_not_started_again_before_somebody_says_so()
    {
        int pid;
        using (var process = RunOther("echo $$; exec sleep 1000"))
        {
            pid = int.Parse(process.StandardOutput.ReadLine()!, System.Globalization.CultureInfo.InvariantCulture);
            Programs.Signal(process.Id, "KILL");
            process.WaitForExit();
            Programs.Signal(pid, "KILL"); // by the unit
        }
        using (var process = RunOther("echo runs"))
        {
            Assert.Equal("", process.StandardOutput.ReadToEnd());
            Assert.Contains("/other was killed, and what the guests' drivers know", process.StandardError.ReadToEnd(),
                StringComparison.Ordinal);
            process.WaitForExit();
            Assert.Equal(3, process.ExitCode);
        }
        using (var process = RunOther("echo runs"))
            Assert.Equal("runs\n", process.StandardOutput.ReadToEnd());
    }

    [Fact]
    public void Another_daemon_that_is_not_there_is_said()
    {
        var settings = new Dictionary<string, string> { ["XENSTORED"] = host.At("/nowhere"), ["XENSTORED_OOM_MEM_THRESHOLD"] = "0" };
        using var process = Run(settings, "--foreground");
        Assert.Contains($"run {host.At("/nowhere")}: No such file or directory", process.StandardError.ReadToEnd(),
            StringComparison.Ordinal);
        process.WaitForExit();
        Assert.Equal(1, process.ExitCode);
    }

    [Fact]
    public void Whether_the_store_answers_can_be_asked()
    {
        var settings = new Dictionary<string, string> { ["XENSTORED_PATH"] = host.At("/socket") };
        using (var process = Run(settings, "--ready"))
        {
            Assert.Contains($"connect {host.At("/socket")}: No such file or directory", process.StandardError.ReadToEnd(),
                StringComparison.Ordinal);
            process.WaitForExit();
            Assert.Equal(1, process.ExitCode);
        }
        using var store = new StoreProcess("ours");
        settings["XENSTORED_PATH"] = store.Socket;
        using (var process = Run(settings, "--ready"))
        {
            Assert.Equal("", process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd());
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
        }
    }

    [Fact]
    public void A_daemon_that_is_not_there_is_said()
    {
        using var process = Run(new() { ["XENSTORED"] = host.At("/nowhere"), ["XENSTORED_OOM_MEM_THRESHOLD"] = "0" });
        Assert.Contains($"exec {host.At("/nowhere")}: No such file or directory", process.StandardError.ReadToEnd(),
            StringComparison.Ordinal);
        process.WaitForExit();
        Assert.Equal(1, process.ExitCode);
    }

    [Fact]
    public void A_domain_is_made_once_and_the_unit_lives_as_long_as_it_does()
    {
        Directory.CreateDirectory(host.At("/hv"));
        Script(Maker, $"echo \"$@\" >>{host.At("/made")}; : >{host.At("/hv/store.3")}; : >{host.At("/hv/ring.3")}");
        using var manager = Listen(out string socket);
        var settings = new Dictionary<string, string>
        {
            ["XENSTORETYPE"] = "domain",
            ["XENSTORE_DOMAIN_KERNEL"] = "k",
            ["NOTIFY_SOCKET"] = socket,
        };

        using (var process = Run(settings))
        {
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
            Assert.Equal("WATCHDOG_USEC=0", Receive(manager));
        }
        using (var process = Run(settings, "--foreground"))
        {
            Assert.Equal("WATCHDOG_USEC=0", Receive(manager));
            Assert.Equal("READY=1\nSTATUS=domain 3 serves the store", Receive(manager));
            Assert.Equal("--kernel k --memory 8\n", File.ReadAllText(host.At("/made")));
            File.Delete(host.At("/hv/store.3"));
            Assert.Contains("domain 3, which served the store, has ended", process.StandardError.ReadToEnd(), StringComparison.Ordinal);
            process.WaitForExit();
            Assert.Equal(3, process.ExitCode);
        }
        Script(Maker, "exit 7");
        foreach (var (more, status) in ((string[], int)[])[([], 1), (["--foreground"], 3)])
        {
            using var process = Run(settings, more);
            Assert.Contains("ended with 7; there is no store", process.StandardError.ReadToEnd(), StringComparison.Ordinal);
            process.WaitForExit();
            Assert.Equal(status, process.ExitCode);
        }
    }

    // Acts as systemd.
    Socket Listen(out string path)
    {
        var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 60_000 };
        path = host.At("/notify");
        manager.Bind(new UnixDomainSocketEndPoint(path));
        return manager;
    }

    static string Receive(Socket manager)
    {
        byte[] told = new byte[200];
        return Encoding.UTF8.GetString(told, 0, manager.Receive(told));
    }

    Process RunOther(string text, string manager = "") => Run(new()
    {
        ["XENSTORED"] = Script("/other", text),
        ["XENSTORED_MAX_OPEN_FDS"] = "100",
        ["XENSTORED_OOM_MEM_THRESHOLD"] = "0",
        ["NOTIFY_SOCKET"] = manager,
    }, "--foreground");

    static StoreLaunch Of(string settings)
    {
        var set = settings.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair[1]);
        return StoreLaunch.Of(set.GetValueOrDefault, "/sbin/xenstored", Maker, staysInForeground: false);
    }

    string Script(string path, string text)
    {
        host.Write(path, "#!/bin/sh\n" + text + "\n");
        File.SetUnixFileMode(host.At(path), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return host.At(path);
    }

    Process Run(Dictionary<string, string> settings, params string[] more)
    {
        string[] words = ["xenstored", "--root", host.At("/"), "--hypervisor", "simulated:" + host.At("/hv"), .. more];
        return Process.Start(Programs.Describe(Checkout.Program("xencommons"), words, settings))!;
    }
}
