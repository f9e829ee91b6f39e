using System.Diagnostics;

namespace Xen.Support;

/// <summary>A temporary folder with a simulated hypervisor and a store's socket, and the daemons that a test starts there.</summary>
public class DaemonStage : IDisposable
{
    readonly TempFolder folder = new();
    readonly List<DaemonProcess> started = [];

    /// <summary>Makes the folder; nothing runs yet.</summary>
    public DaemonStage() => Environment["XENSTORED_PATH"] = Socket;

    /// <summary>The folder.</summary>
    public string Folder => folder.Path;

    /// <summary>The folder of the simulated hypervisor.</summary>
    public string HypervisorFolder => File("hv");

    /// <summary>Where a store listens, and clients look for it.</summary>
    public string Socket => File("socket");

    /// <summary>What programs that are started here find in their environment.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>What all daemons of this stage have said.</summary>
    public string Said => string.Concat(started.Select(daemon => daemon.Said));

    /// <summary>The path of a file in the folder.</summary>
    public string File(string name) => folder.File(name);

    /// <summary>Starts one of our executables, or another program by its path, as a daemon.</summary>
    public DaemonProcess StartDaemon(string program, params IEnumerable<string> arguments)
    {
        var daemon = new DaemonProcess(Describe(program, arguments));
        started.Add(daemon);
        return daemon;
    }

    /// <summary>Starts our store, and waits until it listens.</summary>
    public DaemonProcess StartStore(string hypervisor = "none")
    {
        var store = StartDaemon("xenstored", "-N", "--pid-file", File("store.pid"), "--hypervisor", hypervisor);
        store.ServesOrEnds(Socket);
        return store;
    }

    /// <summary>Runs such a program to its end.</summary>
    public (int Status, string Output, string Errors) RunProgram(string program, params IEnumerable<string> arguments) =>
        Programs.Run(Describe(program, arguments));

    /// <summary>How such a program is started here, for who needs more of the process.</summary>
    public ProcessStartInfo Describe(string program, params IEnumerable<string> arguments) =>
        Programs.Describe(Checkout.Program(program), arguments, Environment);

    /// <summary>Kills the daemons that still run, and deletes the folder.</summary>
    public virtual void Dispose()
    {
        foreach (var daemon in Enumerable.Reverse(started))
            daemon.Dispose();
        folder.Dispose();
        GC.SuppressFinalize(this);
    }
}
