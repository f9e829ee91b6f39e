using System.Globalization;
using Xen.Hosting;
using Xen.Linux;
using Xen.Linux.Loop;
using Xen.Linux.Processes;
using Xen.Linux.Sockets;
using XenStored.Options;

namespace XenStored.Handover;

/// <summary>
/// The parent process that holds the sockets of clients and starts the store again when it dies (Keeper/keeper.c). This tells it that the
/// store answers requests and that its loop runs.
/// </summary>
sealed class Keeper
{
    /// <summary>Asks for a keeper if it is 1. It has an effect on an executable that is started with it.</summary>
    const string Wanted = "XENSTORED_KEEP";

    /// <summary>This process is only to write the stream for another xenstored: see <see cref="LiveUpdate"/>.</summary>
    internal static bool WantsExport => Environment.GetEnvironmentVariable("XENSTORED_EXPORT") is not null;

    /// <summary>The program that the keeper has become, by a live update or a reload. Null except in the first store after that.</summary>
    internal static string? Became => Environment.GetEnvironmentVariable("XENSTORED_UPDATED");

    /// <summary>Starts this program in the background with a keeper, and returns the exit status of the command.</summary>
    internal static int StartInBackground(StoreOptions options, IReadOnlyList<string> arguments)
    {
        Environment.SetEnvironmentVariable(Wanted, "1");
        var (status, pid) = Background.Start(arguments);
        if (pid is not null && options.PrintsPid)
            Console.WriteLine(PidFile.Read(options.PidFile) ?? pid); // the store's own, and not its keeper's
        return status;
    }

    const string Pipe = "XENSTORED_KEEPER", FaultCount = "XENSTORED_FAULTS";
    const int BeatMs = 3000; // the keeper waits ten times as long

    readonly FileDescriptor pipe;
    readonly EventLoop loop;
    readonly LoopTimer next;
    readonly int parent = ProcessTable.OwnParent;

    Keeper(FileDescriptor pipe, EventLoop loop)
    {
        (this.pipe, this.loop) = (pipe, loop);
        next = new(loop, Beat);
    }

    /// <summary>Whether this process was started by a keeper.</summary>
    internal static bool IsThere => Number(Pipe) is not null;

    /// <summary>The keeper of this process; null if it has none.</summary>
    internal static Keeper? Find(EventLoop loop) => Number(Pipe) is { } pipe ? new(new(pipe), loop) : null;

    /// <summary>It is gone. A store in the background goes on without it.</summary>
    internal bool IsGone => ProcessTable.OwnParent != parent;

    /// <summary>How often the store ended by a fault of its own with this state within the last minute.</summary>
    internal int Faults { get; } = Number(FaultCount) ?? 0;

    /// <summary>The sockets that it held over the death of an earlier process: the listening one, and those of clients.</summary>
    /// <param name="path">The path of the listening one.</param>
    internal static (FileDescriptor? Listener, List<FileDescriptor> Clients) Kept(string path)
    {
        FileDescriptor? listener = null;
        var clients = new List<FileDescriptor>();
        foreach (var descriptor in FileDescriptor.Kept())
            if (!UnixSocket.IsStream(descriptor, out bool listens) || Real(UnixSocket.Path(descriptor)) != Real(path))
                continue; // of whoever started the keeper
            else
            {
                descriptor.SetBlocking(false); // another program was to have them, and does not want them so
                if (listens)
                    listener = descriptor;
                else
                    clients.Add(descriptor);
            }
        return (listener, clients);
    }

    // With no link among its folders: other xenstoreds say /var/run, which is a link to /run.
    static string Real(string path)
    {
        if (Path.GetDirectoryName(path) is not { Length: > 0 } folder)
            return path;
        string target = Directory.Exists(folder) && Directory.ResolveLinkTarget(folder, true) is { } link ? link.FullName : folder;
        return Path.Combine(Real(target), Path.GetFileName(path));
    }

    /// <summary>
    /// Closes the device with the ports that another program was to have, and did not become this process. A port is bound once, so nobody
    /// could bind what it has bound.
    /// </summary>
    internal static void CloseEventChannels()
    {
        foreach (var descriptor in FileDescriptor.Kept())
            if (Path.GetFileName(ProcessTable.Opened(Environment.ProcessId, descriptor.Number)) == "evtchn") // or the FIFO for it
                descriptor.Dispose();
    }

    /// <summary>The store opens its file. If it is ended by a signal from now on, what is in the file may be the cause.</summary>
    internal void Opens() => pipe.Write("O"u8);

    /// <summary>The keeper is to become another program: see <see cref="LiveUpdate"/>.</summary>
    internal void WantsUpdate() => pipe.Write("U"u8);

    /// <summary>The state is set aside. The faults that were counted have nothing to do with the new one.</summary>
    internal void BeginsAnew() => pipe.Write("A"u8);

    /// <summary>The store serves. From now on each end of it but a wanted one is a fault of its own, and the keeper ends it if its loop
    /// stands still.</summary>
    internal void Serves()
    {
        pipe.Write("R"u8);
        next.At(loop.Now + BeatMs);
    }

    void Beat()
    {
        pipe.Write("B"u8);
        next.At(loop.Now + BeatMs);
    }

    static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : null;
}
