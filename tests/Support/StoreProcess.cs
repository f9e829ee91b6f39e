namespace Xen.Support;

/// <summary>
/// A store of some kind as a process: <c>ours</c> (out/bin/xenstored), <c>c417</c> or <c>oxen</c> (Debian's, see tests/Peers).
/// </summary>
public sealed class StoreProcess : IDisposable
{
    readonly string kind;
    readonly TempFolder folder = new();

    /// <summary>Starts it, and waits until it listens.</summary>
    public StoreProcess(string kind)
    {
        this.kind = kind;
        Socket = Play("start").Split(' ').First(word => word.StartsWith("socket=", StringComparison.Ordinal))["socket=".Length..];
        Wait.Until(() => DaemonProcess.Answers(Socket), $"{kind} does not listen on {Socket}");
    }

    /// <summary>Where it listens.</summary>
    public string Socket { get; }

    /// <summary>Ends the store, under its clients.</summary>
    public void Stop() => Play("stop");

    /// <summary>Ends the store.</summary>
    public void Dispose()
    {
        Stop();
        folder.Dispose();
    }

    // The store keeps the script's standard error: only the output is read, and only its line.
    string Play(string action)
    {
        string program = Checkout.Path("tests/Peers/run-peer.sh");
        var start = new System.Diagnostics.ProcessStartInfo(program, [action, kind, folder.Path]) { RedirectStandardOutput = true };
        start.Environment["PEER_ours"] = "env XENSTORED_PATH={dir}/socket XENSTORED_RUNDIR={dir}"
            + $" {Checkout.Program("xenstored")} -N --pid-file {{dir}}/pidfile --hypervisor none";
        using var script = System.Diagnostics.Process.Start(start)!;
        string output = script.StandardOutput.ReadLine() ?? "";
        script.WaitForExit();
        return script.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"run-peer.sh {action} {kind}: status {script.ExitCode}");
    }
}
