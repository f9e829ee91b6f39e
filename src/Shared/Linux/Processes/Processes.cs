using System.Globalization;
using Xen.Protocol.Wire;

namespace Xen.Linux.Processes;

/// <summary>
/// Other processes of this machine, as /proc tells of them. Each may be gone the next moment; then it is as if it never was.
/// </summary>
public static unsafe class Processes
{
    /// <summary>SIGTERM.</summary>
    public const int Terminate = 15;

    const int LongestPath = 4096;

    /// <summary>Sends a signal; whether there was such a process.</summary>
    public static bool Signal(int pid, int signal) => Libc.kill(pid, signal) == 0;

    /// <summary>The pids of those whose program has a name.</summary>
    /// <param name="name">At most 15 characters, as the kernel keeps it.</param>
    public static IEnumerable<int> Named(string name) =>
        from folder in Directory.EnumerateDirectories("/proc")
        let pid = int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0
        where pid != 0 && Read($"{folder}/comm").TrimEnd('\n') == name
        select pid;

    /// <summary>Its command line.</summary>
    public static string[] Arguments(int pid) => Read($"/proc/{pid}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>What one of its descriptors is open on; empty if that cannot be told.</summary>
    public static string Opened(int pid, int descriptor)
    {
        Span<byte> target = stackalloc byte[LongestPath];
        fixed (byte* start = target)
            return Libc.readlink($"/proc/{pid}/fd/{descriptor}", start, LongestPath) is > 0 and var length ? ByteText.Encoding.GetString(target[..(int)length]) : "";
    }

    /// <summary>The pid of who started it; 0 if that cannot be told.</summary>
    public static int Parent(int pid)
    {
        // The name in parentheses may hold anything; what follows is the state and the parent.
        string status = Read($"/proc/{pid}/stat");
        string[] fields = status[(status.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 1 && int.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out int parent) ? parent : 0;
    }

    /// <summary>Becomes another program, with the same pid and environment; only a failure returns: the errno.</summary>
    /// <param name="arguments">The first is the program's own name.</param>
    public static int Become(string program, IReadOnlyList<string> arguments)
    {
        var pointers = stackalloc byte*[arguments.Count + 1];
        for (int i = 0; i < arguments.Count; i++)
            pointers[i] = (byte*)System.Runtime.InteropServices.Marshal.StringToCoTaskMemUTF8(arguments[i]);
        pointers[arguments.Count] = null;
        Libc.execv(program, pointers);
        return Libc.LastError;
    }

    static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path, ByteText.Encoding);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
