using System.Globalization;
using Xen.Client;
using Xen.Linux.Files;
using Xen.Linux;
using Xen.Linux.Processes;

namespace XenCommons.Swap;

/// <summary>The daemon that serves the store of this host.</summary>
/// <param name="Kind">Whose it is, by its answers.</param>
/// <param name="Pid">Its process, or that of its keeper if it has one; 0: it cannot be told.</param>
/// <param name="Program">The file that the process executes; empty: it cannot be told.</param>
/// <param name="Service">The service to which the process belongs, as the kernel's groups have it; empty: none.</param>
/// <param name="HasLiveUpdate">It may become another program.</param>
sealed record RunningStore(StoreKind Kind, int Pid, string Program, string Service, bool HasLiveUpdate)
{
    const int ListeningFlags = 0x10000; // __SO_ACCEPTCON in /proc/net/unix
    static readonly string[] Names = ["xenstored", "oxenstored"];
    static readonly TimeSpan ForAnswer = TimeSpan.FromSeconds(5);

    /// <summary>What a person calls it.</summary>
    internal string Name => NameOf(Kind);

    internal static string NameOf(StoreKind kind) => kind switch
    {
        StoreKind.Ours => "our xenstored",
        StoreKind.C => "C xenstored",
        StoreKind.Oxenstored => "oxenstored",
        _ => "an unknown xenstored",
    };

    /// <summary>Asks the store behind a socket.</summary>
    /// <exception cref="PosixException">Nobody listens there.</exception>
    /// <exception cref="IOException">It does not answer within five seconds, or hangs up.</exception>
    internal static async Task<RunningStore> FindAsync(string socket)
    {
        await using var store = StoreClient.ConnectSocket(socket);
        var (kind, hasLiveUpdate) = await KindAsync(store).ConfigureAwait(false);
        int pid = ListenerOf(socket);
        return new(kind, pid, pid == 0 ? "" : ProcessTable.ProgramPath(pid), pid == 0 ? "" : ServiceOf(pid), hasLiveUpdate);
    }

    /// <summary>Whose a store is, by its answers.</summary>
    internal static async Task<StoreKind> KindOfAsync(StoreClient store) => (await KindAsync(store).ConfigureAwait(false)).Kind;

    static async Task<(StoreKind Kind, bool HasLiveUpdate)> KindAsync(StoreClient store)
    {
        if ((await AskAsync(store, "status").ConfigureAwait(false)).StartsWith("xenstored ", StringComparison.Ordinal))
            return (StoreKind.Ours, true);
        string help = await AskAsync(store, "help").ConfigureAwait(false);
        return help == "OK" ? (StoreKind.Oxenstored, true) // it answers so to whatever it does not know; its own help has no text
            : help.Contains("memreport", StringComparison.Ordinal) ? (StoreKind.C, help.Contains("live-update", StringComparison.Ordinal))
            : (StoreKind.Unknown, false);
    }

    static async Task<string> AskAsync(StoreClient store, string command)
    {
        try
        {
            return await store.ControlAsync(command).WaitAsync(ForAnswer).ConfigureAwait(false);
        }
        catch (StoreException)
        {
            return ""; // it does not know the command
        }
        catch (TimeoutException)
        {
            throw new IOException($"the store has not answered within {ForAnswer.TotalSeconds:0} s");
        }
    }

    // The one process that has the listening socket, and whose parent has it not.
    static int ListenerOf(string socket)
    {
        int[] holders = [.. Names.SelectMany(ProcessTable.Named).Where(pid => Holds(pid, socket))];
        int[] first = [.. holders.Where(pid => !holders.Contains(ProcessTable.Parent(pid)))];
        return first.Length == 1 ? first[0] : 0;
    }

    // A service may have a network of its own, whose list alone has the sockets that were made there. Others it may have been given.
    // A process that has ended holds none.
    static bool Holds(int pid, string socket) => FileFault.Otherwise(
        () =>
        {
            var inodes = from line in File.ReadLines($"/proc/{pid}/net/unix").Skip(1).Concat(File.ReadLines("/proc/self/net/unix").Skip(1))
                         let fields = line.Split(' ', 8, StringSplitOptions.RemoveEmptyEntries)
                         where fields.Length == 8 && IsSame(fields[7], socket)
                         where (int.Parse(fields[3], NumberStyles.HexNumber, CultureInfo.InvariantCulture) & ListeningFlags) != 0
                         select $"socket:[{fields[6]}]";
            return ProcessTable.AllOpened(pid).Intersect(inodes, StringComparer.Ordinal).Any();
        },
        false);

    // Other xenstoreds say /var/run.
    static bool IsSame(string path, string socket) => path == socket || path == "/var" + socket || "/var" + path == socket;

    // systemd: 0::/system.slice/xenstored.service.
    static string ServiceOf(int pid)
    {
        string file = $"/proc/{pid}/cgroup";
        string? group = File.Exists(file) ? File.ReadLines(file).LastOrDefault() : null;
        return group is null ? "" : Path.GetFileName(group.Split(':', 3)[^1]);
    }
}
