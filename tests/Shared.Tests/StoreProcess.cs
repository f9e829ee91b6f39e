using System.Diagnostics;
using System.Runtime.CompilerServices;
using Xen.Linux.Sockets;

namespace Xen.Tests;

/// <summary>A store of some kind as a process: <c>ours</c> (out/bin/xenstored), <c>c417</c> or <c>oxen</c> (Debian's, see tests/Peers).</summary>
sealed class StoreProcess : IDisposable
{
    static readonly string Root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../.."));

    readonly string kind;
    readonly string folder = Directory.CreateDirectory("/tmp/xc" + Guid.NewGuid().ToString("N")[..10]).FullName;

    internal StoreProcess(string kind)
    {
        this.kind = kind;
        string words = Run("start");
        Socket = words.Split(' ').First(word => word.StartsWith("socket=", StringComparison.Ordinal))["socket=".Length..];
        Assert.True(SpinWait.SpinUntil(Listens, 60_000), $"{kind} does not listen on {Socket}"); // its name is there before it listens
    }

    internal string Socket { get; }

    /// <summary>Ends the store, under its clients.</summary>
    internal void Stop() => Run("stop");

    public void Dispose()
    {
        Stop();
        Directory.Delete(folder, recursive: true);
    }

    bool Listens()
    {
        using var connected = UnixSocket.TryConnect(Socket, out _);
        return connected is not null;
    }

    string Run(string action)
    {
        var start = new ProcessStartInfo(Path.Combine(Root, "tests/Peers/run-peer.sh"), [action, kind, folder]) { RedirectStandardOutput = true };
        start.Environment["PEER_ours"] = $"env XENSTORED_PATH={{dir}}/socket XENSTORED_RUNDIR={{dir}} {Root}/out/bin/xenstored -N --pid-file {{dir}}/pidfile --hypervisor none";
        using var process = Process.Start(start)!;
        string output = process.StandardOutput.ReadLine() ?? "";
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }

    static string Here([CallerFilePath] string path = "") => path;
}
