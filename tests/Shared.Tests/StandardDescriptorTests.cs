using System.Diagnostics;
using System.Globalization;
using Xen.Linux.Processes;
using Xen.Linux.Sockets;

namespace Xen.Tests;

/// <summary>
/// Who starts a daemon may have closed its standard input, output or error: a script does so with <c>&lt;&amp;- &gt;&amp;-</c>, and a
/// supervisor may. On a real host, xenstored served and heard no SIGTERM: the runtime's pipe of signals had got one of the three numbers.
/// </summary>
public sealed class StandardDescriptorTests : IDisposable
{
    static readonly string[] Daemons = ["xenstored", "xenconsoled", "xendomains", "xenwatchdogd", "xencommons"];
    const int Combinations = 8; // a bit says that the descriptor of its number is closed
    const int Kill = 9;

    readonly List<int> running = [];

    readonly TempFolder folder = new();

    public StandardDescriptorTests() => File.WriteAllText(At("given"), "");

    public void Dispose()
    {
        foreach (int pid in running)
            ProcessTable.Signal(pid, Kill); // of a test that failed
        folder.Dispose();
    }

    [Theory]
    [InlineData("xenstored")]
    [InlineData("xenconsoled")]
    [InlineData("xendomains")]
    [InlineData("xenwatchdogd")]
    [InlineData("xencommons")]
    public void In_the_foreground_it_serves_and_ends_at_SIGTERM_and_0_to_2_are_nothing_or_what_was_given(string daemon)
    {
        for (int closed = 0; closed < Combinations; closed++)
        {
            using var process = Start(closed, daemon, InForeground(daemon));
            running.Add(process.Id);
            Until(() => Serves(daemon), $"{daemon} does not serve with {Told(closed)}");
            for (int number = 0; number <= 2; number++)
                Assert.Equal((daemon, Told(closed), number, IsClosed(closed, number) ? "/dev/null" : At("given")),
                    (daemon, Told(closed), number, ProcessTable.Opened(process.Id, number)));
            ProcessTable.Signal(process.Id, ProcessTable.Terminate);
            Assert.True(process.WaitForExit(LimitMs), $"{daemon} hears no SIGTERM with {Told(closed)}");
            running.Clear();
            Assert.Equal((daemon, Told(closed), 0), (daemon, Told(closed), process.ExitCode));
            Tidy();
        }
    }

    [Theory]
    [InlineData("xenstored")]
    [InlineData("xenconsoled")]
    [InlineData("xenwatchdogd")]
    [InlineData("xencommons")]
    public void In_the_background_it_serves_and_ends_at_SIGTERM_and_0_to_2_are_nothing(string daemon)
    {
        for (int closed = 0; closed < Combinations; closed++)
        {
            using (var command = Start(closed, daemon, InBackground(daemon)))
            {
                Assert.True(command.WaitForExit(LimitMs), $"{daemon} does not go into the background with {Told(closed)}");
                Assert.Equal((daemon, Told(closed), 0), (daemon, Told(closed), command.ExitCode));
            }
            Assert.True(Serves(daemon), $"{daemon} does not serve with {Told(closed)}");
            running.Add(int.Parse(File.ReadAllText(At(daemon is "xenwatchdogd" ? "run/lock" : "pid")), CultureInfo.InvariantCulture));
            int pid = running[^1];
            for (int number = 0; number <= 2; number++)
                Assert.Equal((daemon, Told(closed), number, "/dev/null"), (daemon, Told(closed), number, ProcessTable.Opened(pid, number)));
            ProcessTable.Signal(pid, ProcessTable.Terminate);
            Until(() => !Directory.Exists($"/proc/{pid}"), $"{daemon} hears no SIGTERM with {Told(closed)}");
            running.Clear();
            Tidy();
        }
    }

    [Fact]
    public void Descriptors_that_a_manager_hands_over_stay_where_they_are()
    {
        using var process = Start("<&- >&- 2>&- 3<given 4<given", "xenstored", InForeground("xenstored"));
        running.Add(process.Id);
        Until(() => Serves("xenstored"), "it does not serve");
        string[] opened = [.. Enumerable.Range(0, 5).Select(number => ProcessTable.Opened(process.Id, number))];
        ProcessTable.Signal(process.Id, ProcessTable.Terminate);
        Assert.True(process.WaitForExit(LimitMs));
        running.Clear();
        Assert.Equal(["/dev/null", "/dev/null", "/dev/null", At("given"), At("given")], opened);
    }

    [Fact]
    public void A_command_that_prints_ends_well_without_an_output()
    {
        foreach (string daemon in Daemons)
            for (int closed = 0; closed < Combinations; closed++)
            {
                using var process = Start(closed, daemon, ["--help"]);
                Assert.True(process.WaitForExit(LimitMs), $"{daemon} --help hangs with {Told(closed)}");
                Assert.Equal((daemon, Told(closed), 0), (daemon, Told(closed), process.ExitCode));
            }
    }

    string[] InForeground(string daemon) => daemon switch
    {
        "xenstored" => ["-N", .. InBackground(daemon)],
        "xenconsoled" => ["-i", .. InBackground(daemon)],
        "xendomains" =>
        [
            "--config", At("settings"), "--xl", Checkout.Path("tests/XenDomains.Tests/Program/xl"),
            "--run-dir", At("run"), "--lock-file", At("started"), "daemon",
        ],
        "xenwatchdogd" => ["-F", .. InBackground(daemon)],
        _ => ["xenstored", "--foreground"],
    };

    string[] InBackground(string daemon) => daemon switch
    {
        "xenstored" => ["--pid-file", At("pid"), "--hypervisor", "none"],
        "xenconsoled" => ["--pid-file", At("pid"), "--run-dir", At("run"), "--log-dir", At("log"), "--hypervisor", "simulated:" + At("hv")],
        "xenwatchdogd" => ["--run-dir", At("run"), "--state-dir", At("state"), "--hypervisor", "simulated:" + At("hv"), "--mode=off", "30"],
        _ => ["xenstored"],
    };

    bool Serves(string daemon) => daemon switch
    {
        "xenstored" or "xencommons" => UnixSocket.Answers(At("socket")),
        "xenconsoled" => UnixSocket.Answers(At("run/socket")),
        "xendomains" => File.Exists(At("started")),
        _ => File.Exists(At("run/status")),
    };

    Process Start(int closed, string daemon, string[] arguments) =>
        Start(string.Join(' ', Enumerable.Range(0, 3).Select(number => Redirection(closed, number))), daemon, arguments);

    static string Redirection(int closed, int number) =>
        IsClosed(closed, number) ? $"{number}<&-" : number == 0 ? "0<given" : $"{number}>>given";

    // The shell's own descriptors are those of the tests; what it becomes has what its words say.
    Process Start(string redirections, string daemon, string[] arguments)
    {
        foreach (string name in (string[])["auto", "save", "xl/images", "xl/play", "xl/domains"])
            Directory.CreateDirectory(At(name));
        File.WriteAllText(At("settings"), $"XENDOMAINS_AUTO={At("auto")}\nXENDOMAINS_SAVE={At("save")}\n");
        File.WriteAllText(At("xl/calls"), "");
        var start = new ProcessStartInfo("sh",
            ["-c", $"cd {folder.Path} && exec \"$0\" \"$@\" {redirections}", Checkout.Program(daemon), .. arguments])
        {
            Environment =
            {
                ["XENSTORED_PATH"] = At("socket"),
                ["XENSTORED_RUNDIR"] = folder.Path,
                ["XL"] = At("xl"),
                ["DBUS_SYSTEM_BUS_ADDRESS"] = "unix:path=" + At("no-bus"),
                ["XENSTORED"] = Checkout.Program("xenstored"),
                ["XENSTORED_ARGS"] = $"--pid-file {At("pid")} --hypervisor none",
                ["XENSTORED_OOM_MEM_THRESHOLD"] = "0",
            },
        };
        start.Environment.Remove("JOURNAL_STREAM");
        return Process.Start(start)!;
    }

    void Tidy()
    {
        foreach (string entry in Directory.EnumerateFileSystemEntries(folder.Path).Where(entry => entry != At("given")).ToArray())
            if (Directory.Exists(entry))
                Directory.Delete(entry, recursive: true);
            else
                File.Delete(entry);
    }

    string At(string name) => folder.File(name);

    static bool IsClosed(int closed, int number) => (closed >> number & 1) != 0;

    static string Told(int closed) =>
        closed == 0 ? "nothing closed" : string.Join(" and ", Enumerable.Range(0, 3).Where(number => IsClosed(closed, number))) + " closed";
}
