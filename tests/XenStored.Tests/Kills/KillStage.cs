using System.Text.RegularExpressions;
using Xen.Protocol.Wire;
using XenStored.Crashes;
using XenStored.Tests.Support;

namespace XenStored.Tests.Kills;

/// <summary>
/// A store that can be told where to die, and what its clients need to reach it. Beneath a keeper only a death of the keeper ends the
/// connections of clients on the socket; without one each death does.
/// </summary>
sealed class KillStage : IDisposable
{
    readonly DaemonStage stage = new();
    readonly bool isKept;
    DaemonProcess holder; // of the sockets: the keeper, or the store itself
    int holdersKilled, holdersReplaced;
    bool isOver;

    internal KillStage(bool isKept)
    {
        this.isKept = isKept;
        Hypervisor = new(Directory.CreateDirectory(stage.HypervisorFolder).FullName);
        Points = new(stage.File("crash"));
        stage.Environment[Crash.Variable] = stage.File("crash");
        if (isKept)
            stage.Environment["XENSTORED_KEEP"] = "1";
        holder = Start();
    }

    internal CrashFile Points { get; }
    internal HypervisorDomains Hypervisor { get; }

    /// <summary>How often a process was killed, or is being killed, that holds the sockets of clients.</summary>
    internal int HoldersKilled => Volatile.Read(ref holdersKilled);

    /// <summary>How often such a process was replaced by another one that serves.</summary>
    internal int HoldersReplaced => Volatile.Read(ref holdersReplaced);

    /// <summary>Whether the clients are to end.</summary>
    internal bool IsOver
    {
        get => Volatile.Read(ref isOver);
        set => Volatile.Write(ref isOver, value);
    }

    internal string Said => stage.Said;

    /// <summary>The store's file.</summary>
    internal string StateFile => stage.Socket + ".store";

    /// <summary>Faults that the store or its keeper has reported of itself.</summary>
    internal IEnumerable<string> Faults => Said.Split('\n').Where(line =>
        Regex.IsMatch(line, "begins anew|set aside|exit status|fault|stood still|given up|cannot")
        || line.Contains("started again: signal", StringComparison.Ordinal) && !line.EndsWith(" 9", StringComparison.Ordinal));

    public void Dispose()
    {
        stage.Dispose();
        Points.Dispose();
        Hypervisor.Dispose();
    }

    /// <summary>A new client on the socket.</summary>
    internal SocketLine Connect()
    {
        SocketLine? line = null;
        Until(() => (line = TryConnect()) is not null, () => $"nobody listens\n{Said}");
        return line!;
    }

    /// <summary>A new client on the read-only socket.</summary>
    internal SocketLine ConnectReader()
    {
        SocketLine? line = null;
        Until(() => (line = TryConnect("_ro")) is not null, () => $"nobody listens for readers\n{Said}");
        return line!;
    }

    /// <summary>A domain's ring.</summary>
    internal RingLine Ring(ushort domid) => new(stage.HypervisorFolder, domid);

    /// <summary>Makes a domain and its home.</summary>
    internal void Introduce(Line control, ushort domid)
    {
        Hypervisor.Begins(domid, 1);
        Assert.Equal("OK", control.Ask(MessageType.Mkdir, $"/local/domain/{domid}\0"));
        Assert.Equal("OK", control.Ask(MessageType.SetPerms, $"/local/domain/{domid}\0n{domid}\0"));
        Assert.Equal("OK", control.Ask(MessageType.Introduce, $"{domid}\01\0{RingLine.Port}\0"));
    }

    /// <summary>The process of the store; 0 while there is none.</summary>
    internal int StorePid()
    {
        if (!isKept)
            return holder.Process.HasExited ? 0 : holder.Id;
        string file = $"/proc/{holder.Id}/task/{holder.Id}/children";
        try
        {
            string[] children = File.ReadAllText(file).Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return children.Length > 0 ? int.Parse(children[0], System.Globalization.CultureInfo.InvariantCulture) : 0;
        }
        catch (IOException)
        {
            return 0; // the keeper has just ended
        }
    }

    /// <summary>The keeper becomes the version that is installed.</summary>
    internal void Update() => holder.Signal("USR2");

    /// <summary>Another keeper takes the store of this one, which ends.</summary>
    internal void Move()
    {
        var old = holder;
        stage.Environment["XENSTORED_TAKES"] = $"{old.Id}";
        holder = Begin();
        Until(() => old.Process.HasExited, () => $"the old keeper does not end\n{Said}");
        holder.ServesOrEnds(stage.Socket);
        stage.Environment.Remove("XENSTORED_TAKES");
    }

    /// <summary>Sockets of clients may be closed from now on.</summary>
    internal void HolderDies() => Interlocked.Increment(ref holdersKilled);

    /// <summary>Kills who holds the sockets.</summary>
    internal void KillHolder() => holder.Process.Kill();

    /// <summary>Waits until that one is dead, and starts another.</summary>
    internal void ReplaceHolder(int store)
    {
        Until(() => holder.Process.HasExited, () => $"it does not die\n{Said}");
        Until(() => (store == 0 || !IsAlive(store)) && !DaemonProcess.Answers(stage.Socket), "the store of a dead keeper does not die");
        do
            holder = Start();
        while (holder.Process.HasExited); // it was to die while it starts
        Volatile.Write(ref holdersReplaced, HoldersKilled);
    }

    /// <summary>Ends the store as an administrator does.</summary>
    internal int End() => holder.Ends("TERM");

    DaemonProcess Begin() => stage.StartDaemon(Checkout.Path("out/crash/xenstored"), "-N", "--pid-file", stage.File("store.pid"),
        "--hypervisor", $"simulated:{stage.HypervisorFolder}", "--reader-user", OwnUser.Uid, "--reader-sees", "/order",
        "--reader-requests", "2000"); // so that one that asks without a pause is held now and then

    DaemonProcess Start()
    {
        var started = Begin();
        started.ServesOrEnds(stage.Socket);
        return started;
    }

    // Its first thread may be dead while others still hold its sockets. Nobody may ever ask for the status of an orphan.
    static bool IsAlive(int pid)
    {
        try
        {
            return !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal)
                || Directory.GetDirectories($"/proc/{pid}/task").Length > 1;
        }
        catch (IOException)
        {
            return false;
        }
    }

    SocketLine? TryConnect(string suffix = "")
    {
        int replaced = HoldersReplaced;
        try
        {
            return new(stage.Socket + suffix);
        }
        catch (ClosedException) when (HoldersKilled > replaced)
        {
            return null;
        }
    }
}
