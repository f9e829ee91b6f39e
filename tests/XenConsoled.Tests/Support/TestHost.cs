using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Xen.Client;
using Xen.Linux.Sockets;

namespace XenConsoled.Tests.Support;

/// <summary>Our store, our console daemon and a simulated hypervisor, as processes in a folder of their own.</summary>
sealed class TestHost : IAsyncDisposable
{
    internal static readonly string Root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../../.."));

    readonly StringBuilder said = new();
    Process? store, daemon;
    StoreClient? client;

    internal string Folder { get; } = Directory.CreateDirectory("/tmp/xt" + Guid.NewGuid().ToString("N")[..10]).FullName;
    internal string Hypervisor => Path.Combine(Folder, "hv");
    /// <summary>On a tmpfs that nothing else fills, as /run is.</summary>
    internal string Run { get; } = Directory.CreateDirectory("/dev/shm/xt" + Guid.NewGuid().ToString("N")[..10]).FullName;
    internal string Logs => Path.Combine(Folder, "log");
    internal string Socket => Path.Combine(Folder, "socket");
    internal StoreClient Store => client!;
    internal Process Daemon => daemon!;
    internal string Said { get { lock (said) return said.ToString(); } }

    /// <summary>Waits until the daemon has said it: what it says comes through a pipe, after what it did.</summary>
    internal Task SaysAsync(string sentence) => UntilAsync(() => Said.Contains(sentence, StringComparison.Ordinal), () => $"it does not say: {sentence}\n{Said}");

    /// <summary>A store and, with these options, a console daemon.</summary>
    internal static async Task<TestHost> StartAsync(params string[] options)
    {
        var host = new TestHost();
        await host.StartStoreAsync();
        await host.StartDaemonAsync(options);
        return host;
    }

    internal async Task StartStoreAsync()
    {
        store = Start(Program("xenstored"), ["-N", "--pid-file", Path.Combine(Folder, "store.pid"), "--hypervisor", "simulated:" + Path.Combine(Folder, "store")]);
        await UntilAsync(() => UnixSocket.Answers(Socket), "the store does not answer");
        client = StoreClient.ConnectSocket(Socket);
    }

    internal async Task StopStoreAsync()
    {
        store!.Kill();
        await store.WaitForExitAsync();
        await client!.DisposeAsync();
    }

    /// <summary>Starts the daemon and waits until it says that it serves.</summary>
    internal async Task StartDaemonAsync(params string[] options)
    {
        int before = Times("serves the consoles");
        daemon = Start(Program("xenconsoled"), Arguments(options));
        await UntilAsync(() => Times("serves the consoles") > before || daemon.HasExited, "the daemon does not start: " + Said);
    }

    /// <summary>Starts it beneath the keeper, which does what systemd does for a service with a descriptor store.</summary>
    internal async Task StartKeptDaemonAsync(params string[] options)
    {
        string keeper = Path.Combine(Folder, "keeper");
        using (var compiler = Process.Start("cc", ["-O1", "-o", keeper, Path.Combine(Root, "tests/Keeper/keeper.c")]))
            compiler.WaitForExit();
        daemon = Start(keeper, [Path.Combine(Folder, "notify"), KeptPidFile, Program("xenconsoled"), .. Arguments(options)]);
        await UntilAsync(() => KeptPid != 0, "the daemon does not start: " + Said);
    }

    string KeptPidFile => Path.Combine(Folder, "kept.pid");

    /// <summary>The daemon's pid beneath the keeper; 0 while it is not ready.</summary>
    internal int KeptPid => File.Exists(KeptPidFile) && int.TryParse(File.ReadAllText(KeptPidFile), out int pid) ? pid : 0;

    /// <summary>Kills the kept daemon and waits until the keeper's next one is ready.</summary>
    internal async Task KillKeptAsync()
    {
        int pid = KeptPid;
        Assert.NotEqual(0, pid);
        using (var process = Process.GetProcessById(pid))
            process.Kill();
        await UntilAsync(() => KeptPid is var now && now != 0 && now != pid, "it is not started again");
    }

    internal async Task KillDaemonAsync()
    {
        daemon!.Kill();
        await daemon.WaitForExitAsync();
    }

    internal async Task StopDaemonAsync()
    {
        using (Process.Start("kill", ["-TERM", $"{daemon!.Id}"]))
            await daemon.WaitForExitAsync();
    }

    internal void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, $"{(KeptPid != 0 ? KeptPid : daemon!.Id)}"]);
        kill.WaitForExit();
    }

    internal string[] Arguments(params string[] options) => ["-i", "--log-dir=" + Logs, "--run-dir=" + Run, "--hypervisor=simulated:" + Hypervisor, .. options];

    internal SimulatedGuest Guest(ushort domid, uint port = 5) => new(Hypervisor, domid, port);

    internal string LogOf(string name) => File.Exists(Path.Combine(Logs, $"guest-{name}.log")) ? File.ReadAllText(Path.Combine(Logs, $"guest-{name}.log")) : "";

    /// <summary>Runs one of our programs to its end.</summary>
    internal (int Status, string Output, string Errors) RunProgram(string name, params string[] arguments)
    {
        var start = new ProcessStartInfo(Program(name), arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["XENSTORED_PATH"] = Socket;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }

    /// <summary>What the daemon tells of a domain's console.</summary>
    internal JsonElement Status(ushort domid)
    {
        var (status, output, errors) = RunProgram("xenconsoled", "status", "--json", "--run-dir=" + Run);
        Assert.True(status == 0, errors);
        return JsonDocument.Parse(output).RootElement.GetProperty("consoles").EnumerateArray().First(console => console.GetProperty("domid").GetInt32() == domid);
    }

    internal static Task UntilAsync(Func<bool> condition, string otherwise, int patienceMs = 60_000) => UntilAsync(condition, () => otherwise, patienceMs);

    static async Task UntilAsync(Func<bool> condition, Func<string> otherwise, int patienceMs = 60_000)
    {
        for (int waited = 0; !condition(); waited += 5)
        {
            if (waited >= patienceMs)
                Assert.Fail(otherwise());
            await Task.Delay(5);
        }
    }

    internal int Times(string text) => Said.Split(text).Length - 1;

    internal static string Program(string name) => Path.Combine(Root, "out/bin", name);

    public async ValueTask DisposeAsync()
    {
        foreach (var process in new[] { daemon, store })
            if (process is { HasExited: false })
            {
                if (process == daemon)
                    await StopDaemonAsync();
                else
                    process.Kill();
            }
        if (client is not null)
            await client.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
        Directory.Delete(Run, recursive: true);
    }

    Process Start(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true };
        start.Environment["XENSTORED_PATH"] = Socket;
        start.Environment.Remove("JOURNAL_STREAM");
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, line) =>
        {
            lock (said)
                said.Append(line.Data).Append('\n');
        };
        process.BeginErrorReadLine();
        return process;
    }

    static string Here([CallerFilePath] string path = "") => path;
}
