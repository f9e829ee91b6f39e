using System.Text.Json;
using Xen.Client;

namespace XenConsoled.Tests.Support;

/// <summary>Our store, our console daemon and a simulated hypervisor, as processes in a folder of their own.</summary>
sealed class TestHost : DaemonStage, IAsyncDisposable
{
    readonly TempFolder run = TempFolder.InMemory();
    DaemonProcess? store, daemon;
    StoreClient? client;

    /// <summary>On a tmpfs that nothing else fills, as /run is.</summary>
    internal string Run => run.Path;
    internal string Logs => File("log");
    internal StoreClient Store => client!;
    internal DaemonProcess Daemon => daemon!;

    /// <summary>Waits until the daemon has said it: what it says comes through a pipe, after what it did.</summary>
    internal Task SaysAsync(string sentence) => UntilAsync(() => Times(sentence) > 0, () => $"it does not say: {sentence}\n{Said}");

    internal int Times(string text) => Said.Split(text).Length - 1;

    /// <summary>A store and, with these options, a console daemon.</summary>
    internal static async Task<TestHost> StartAsync(params string[] options)
    {
        var host = new TestHost();
        await host.StartStoreAsync();
        await host.StartDaemonAsync(options);
        return host;
    }

    internal Task StartStoreAsync() => Task.Run(() =>
    {
        store = StartStore("simulated:" + File("store"));
        client = StoreClient.ConnectSocket(Socket);
    });

    internal async Task StopStoreAsync()
    {
        store!.Kill();
        await client!.DisposeAsync();
    }

    /// <summary>Starts the daemon and waits until it says that it serves.</summary>
    internal Task StartDaemonAsync(params string[] options)
    {
        daemon = StartDaemon("xenconsoled", Arguments(options));
        return daemon.SaysOrEndsAsync("serves the consoles");
    }

    /// <summary>Starts it beneath the keeper, which does what systemd does for a service with a descriptor store.</summary>
    internal Task StartKeptDaemonAsync(params string[] options)
    {
        CProgram.Build(File("keeper"), "tests/Keeper/keeper.c");
        daemon = StartDaemon(File("keeper"), [File("notify"), KeptPidFile, Checkout.Program("xenconsoled"), .. Arguments(options)]);
        return UntilAsync(() => KeptPid != 0, () => "the daemon does not start: " + Said);
    }

    string KeptPidFile => File("kept.pid");

    /// <summary>The daemon's pid beneath the keeper; 0 while it is not ready.</summary>
    internal int KeptPid =>
        System.IO.File.Exists(KeptPidFile) && int.TryParse(System.IO.File.ReadAllText(KeptPidFile), out int pid) ? pid : 0;

    /// <summary>Waits until the keeper has started the next one.</summary>
    /// <param name="pid">Of the one before.</param>
    internal Task KeptAgainAsync(int pid) => UntilAsync(() => KeptPid is var now && now != 0 && now != pid, "it is not started again");

    /// <summary>Kills the kept daemon and waits until the keeper's next one is ready.</summary>
    internal Task KillKeptAsync()
    {
        int pid = KeptPid;
        Assert.NotEqual(0, pid);
        Signal("KILL");
        return KeptAgainAsync(pid);
    }

    internal Task StopDaemonAsync() => Task.Run(() => Daemon.Ends("TERM"));

    internal void Signal(string name) => Programs.Signal(KeptPid is var pid and not 0 ? pid : Daemon.Id, name);

    internal string[] Arguments(params string[] options) =>
        ["-i", "--log-dir=" + Logs, "--run-dir=" + Run, "--hypervisor=simulated:" + HypervisorFolder, .. options];

    internal SimulatedGuest Guest(ushort domid, uint port = 5) => new(HypervisorFolder, domid, port);

    internal string LogOf(string name)
    {
        string log = Path.Combine(Logs, $"guest-{name}.log");
        return System.IO.File.Exists(log) ? System.IO.File.ReadAllText(log) : "";
    }

    /// <summary>What the daemon tells of a domain's console.</summary>
    internal JsonElement Status(ushort domid)
    {
        var (status, output, errors) = RunProgram("xenconsoled", "status", "--json", "--run-dir=" + Run);
        Assert.True(status == 0, errors);
        return JsonDocument.Parse(output).RootElement.GetProperty("consoles").EnumerateArray()
            .First(console => console.GetProperty("domid").GetInt32() == domid);
    }

    public async ValueTask DisposeAsync()
    {
        if (daemon is { Process.HasExited: false })
            await StopDaemonAsync(); // and with the keeper whom it keeps
        Dispose();
        if (client is not null)
            await client.DisposeAsync();
        run.Dispose();
    }
}
