using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Xen.Hosting;
using Xen.Protocol.Wire;
using XenStored.Tests.Support;
using XenStored.Tests.Wire;

namespace XenStored.Tests.Handover;

/// <summary>A store with a keeper, which can become another program, and clients of it that must not notice.</summary>
public abstract class SwapStage : IDisposable
{
    readonly DaemonStage stage = new();
    readonly List<DaemonProcess> started = [];
    readonly List<Socket> sockets = [];

    protected SwapStage()
    {
        Directory.CreateDirectory(stage.HypervisorFolder);
        stage.Environment["XENSTORED_RUNDIR"] = stage.Folder;
        stage.Environment["XENSHIM_DIR"] = stage.HypervisorFolder;
        string ours = Checkout.Program("xenstored");
        Ours = Script("ours", $"exec -a {ours} {ours} --hypervisor simulated:{stage.HypervisorFolder} \"$@\"");
        string packages = Checkout.Path("tests/Peers/cache/deb/usr");
        string program = Path.Combine(packages, "lib/xen-4.17/bin/xenstored");
        string libraries = Directory.GetDirectories(Path.Combine(packages, "lib"), "*-linux-gnu")[0];
        Theirs = Script("theirs", $"export LD_LIBRARY_PATH={libraries}\n[ \"$1\" = --help ] && exec {program} --help\n"
            + $"LD_PRELOAD={Checkout.Path("tests/Peers/cache")}/xenshim.so exec -a {program} {program} \"$@\"");
        program = Path.Combine(packages, "lib/xen-4.17/bin/oxenstored");
        Directory.CreateSymbolicLink(Path.Combine(stage.HypervisorFolder, "run"), stage.Folder); // it has no variable for its folder
        Oxenstored = Script("oxenstored", $"export LD_LIBRARY_PATH={libraries}\n"
            + $"LD_PRELOAD={Checkout.Path("tests/Peers/cache")}/xenshim.so exec -a {program} {program} \"$@\"");
    }

    protected DaemonStage Stage => stage;

    /// <summary>Our program, to start or to update to. A script, because each program needs something of its own.</summary>
    protected string Ours { get; }

    /// <summary>C xenstored 4.17.</summary>
    protected string Theirs { get; }

    /// <summary>oxenstored 4.17, only to start.</summary>
    protected string Oxenstored { get; }

    // A store whose keeper is killed goes on, if nobody is there who would start both again.
    public void Dispose()
    {
        sockets.ForEach(socket => socket.Dispose());
        foreach (var daemon in started.Where(daemon => !daemon.Process.HasExited))
            daemon.Ends("TERM");
        stage.Dispose();
        GC.SuppressFinalize(this);
    }

    protected string Script(string name, string lines)
    {
        string path = stage.File(name + ".sh");
        File.WriteAllText(path, $"#!/bin/bash\nunset LD_PRELOAD LD_LIBRARY_PATH\n{lines}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    /// <summary>Starts one of the two; ours with a keeper.</summary>
    protected DaemonProcess Start(string program, params string[] options)
    {
        stage.Environment["XENSTORED_KEEP"] = program == Ours ? "1" : "0";
        string[] words = program == Oxenstored
            ? ["--no-fork", "--config-file", Checkout.Path("tests/Peers/oxenstored.conf")]
            : ["-N"];
        var daemon = stage.StartDaemon(program, [.. words, "--pid-file", stage.File("store.pid"), .. options]);
        started.Add(daemon);
        daemon.ServesOrEnds(stage.Socket);
        return daemon;
    }

    /// <summary>As xenstore-control live-update does it.</summary>
    protected string Update(string program, params string[] terms)
    {
        using var control = Connect();
        string named = Control(control, "-f", program);
        if (named != "OK")
            return named;
        string said;
        while ((said = Control(control, ["-s", .. terms])) == "BUSY")
            Thread.Sleep(100);
        return said;
    }

    protected static string Control(Socket control, params string[] words) =>
        StoreDaemon.Ask(control, MessageType.Control, string.Concat(((string[])["live-update", .. words]).Select(word => word + "\0")));

    protected Socket Connect()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = Wait.LimitMs };
        socket.Connect(new UnixDomainSocketEndPoint(stage.Socket));
        lock (sockets)
            sockets.Add(socket);
        return socket;
    }

    protected string Ask(MessageType type, string payload)
    {
        using var socket = Connect();
        return StoreDaemon.Ask(socket, type, payload);
    }

    /// <summary>The next message that a client gets.</summary>
    protected static string Next(Socket socket)
    {
        var header = MessageHeader.Read(Receive(socket, MessageHeader.Size));
        string text = Encoding.Latin1.GetString(Receive(socket, (int)header.Length)).TrimEnd('\0').Replace('\0', ' ');
        return header.Type == MessageType.WatchEvent ? "< " + text : text;
    }

    protected static string Begin(Socket socket) => StoreDaemon.Ask(socket, MessageType.TransactionStart, "\0");

    protected static string In(Socket socket, string transaction, MessageType type, string payload)
    {
        socket.Send(SplitTests.Message(type, 1, payload, uint.Parse(transaction, CultureInfo.InvariantCulture)));
        return Next(socket);
    }

    /// <summary>The store's own pid; changes when another process serves.</summary>
    protected int Pid()
    {
        int pid = 0;
        Wait.Until(() => (pid = PidFile.Read(stage.File("store.pid")) ?? 0) > 0, () => $"no pid\n{stage.Said}");
        return pid;
    }

    static byte[] Receive(Socket socket, int length)
    {
        byte[] bytes = new byte[length];
        for (int have = 0; have < length;)
            have += socket.Receive(bytes.AsSpan(have)) is > 0 and var got ? got : throw new IOException("closed");
        return bytes;
    }
}
