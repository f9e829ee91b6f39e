using System.Globalization;
using Xen.Linux.Files;
using Xen.Protocol.Wire;

namespace Xen.Linux.Processes;

/// <summary>
/// Other processes of this machine, as /proc shows them. A process may end at any moment; the methods then return what they return for a
/// process that never existed.
/// </summary>
public static unsafe class ProcessTable
{
    /// <summary>SIGTERM.</summary>
    public const int Terminate = 15;

    const int LongestPath = 4096, LongestName = 64, Stop = 19, Continue = 18, LongestStopMs = 2000; // SIGSTOP, SIGCONT

    /// <summary>Sends a signal. Returns whether that succeeded.</summary>
    public static bool Signal(int pid, int signal) => Libc.kill(pid, signal) == 0;

    /// <summary>The pids of the processes whose program has this name.</summary>
    /// <param name="name">At most 15 characters; the kernel keeps no more.</param>
    public static IEnumerable<int> Named(string name) => All().Where(pid => Name(pid) == name);

    /// <summary>The name of a process's program: at most 15 characters; empty if it is unknown.</summary>
    public static string Name(int pid) => FileFault.Otherwise(() =>
    {
        // Named reads this of every process, and File.ReadAllText would leave 20 kB of garbage each time.
        using var file = File.OpenHandle($"/proc/{pid}/comm");
        Span<byte> name = stackalloc byte[LongestName];
        return ByteText.Encoding.GetString(name[..RandomAccess.Read(file, name, 0)]).TrimEnd('\n');
    }, "");

    /// <summary>The pids of all processes.</summary>
    public static IEnumerable<int> All() =>
        from folder in Directory.EnumerateDirectories("/proc")
        let pid = int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0
        where pid != 0
        select pid;

    /// <summary>A process's command line; empty if that is unknown.</summary>
    public static string[] Arguments(int pid) => Read($"/proc/{pid}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The path of the file that a process has open under a number; empty if that is unknown.</summary>
    public static string Opened(int pid, int descriptor) => Target($"/proc/{pid}/fd/{descriptor}");

    /// <summary>All that a process has open: paths, or the kernel's names such as <c>socket:[INODE]</c>.</summary>
    public static IEnumerable<string> AllOpened(int pid) =>
        FileFault.Otherwise(() => Directory.GetFiles($"/proc/{pid}/fd").Select(Target).ToList(), []);

    /// <summary>
    /// The file that a process executes; empty if that is unknown. The kernel adds " (deleted)" to the name of a file that was replaced.
    /// </summary>
    public static string Program(int pid) => Target($"/proc/{pid}/exe");

    /// <summary>The path at which that file is or was. Another file may have replaced it.</summary>
    public static string ProgramPath(int pid)
    {
        const string Deleted = " (deleted)";
        string program = Program(pid);
        return program.EndsWith(Deleted, StringComparison.Ordinal) ? program[..^Deleted.Length] : program;
    }

    static string Target(string link)
    {
        Span<byte> target = stackalloc byte[LongestPath];
        fixed (byte* start = target)
        {
            nint length = Libc.readlink(link, start, LongestPath);
            return length > 0 ? ByteText.Encoding.GetString(target[..(int)length]) : "";
        }
    }

    /// <summary>The pid of this process's parent, or of who has inherited it since that one ended.</summary>
    public static int OwnParent => Libc.getppid();

    /// <summary>The pid of a process's parent; 0 if that is unknown.</summary>
    public static int Parent(int pid)
    {
        string[] fields = Status($"/proc/{pid}");
        return fields.Length > 1 && int.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out int parent) ? parent : 0;
    }

    /// <summary>
    /// Stops a process, and waits until all of its threads stand still. False: it is gone, or does not stop; then it runs on.
    /// </summary>
    public static bool TryStop(int pid)
    {
        if (!Signal(pid, Stop))
            return false;
        for (long until = Environment.TickCount64 + LongestStopMs; Environment.TickCount64 < until; Thread.Sleep(1))
            if (Directory.Exists($"/proc/{pid}/task")
                && Directory.GetDirectories($"/proc/{pid}/task").All(thread => Status(thread) is ["T", ..]))
                return true;
        GoOn(pid);
        return false;
    }

    /// <summary>A stopped process goes on.</summary>
    public static void GoOn(int pid) => Signal(pid, Continue);

    // The name in parentheses may hold any character. After it come the state and the parent.
    static string[] Status(string folder)
    {
        string status = Read($"{folder}/stat");
        return status[(status.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>
    /// Replaces this process by another program, with the same pid and environment. It returns only on failure, with the errno.
    /// </summary>
    /// <param name="arguments">The first is the program's own name.</param>
    /// <param name="environment">Variables that the program has beside those that this process was started with. (What .NET sets is its own
    /// alone.)</param>
    public static int Become(string program, IReadOnlyList<string> arguments, params IEnumerable<(string Name, string Value)> environment)
    {
        foreach (var (name, value) in environment)
            Libc.setenv(name, value, 1);
        byte** pointers = stackalloc byte*[arguments.Count + 1];
        for (int i = 0; i < arguments.Count; i++)
            pointers[i] = (byte*)System.Runtime.InteropServices.Marshal.StringToCoTaskMemUTF8(arguments[i]);
        pointers[arguments.Count] = null;
        Libc.execv(program, pointers);
        return Libc.LastError;
    }

    static string Read(string path) => FileFault.Otherwise(() => File.ReadAllText(path, ByteText.Encoding), "");
}
