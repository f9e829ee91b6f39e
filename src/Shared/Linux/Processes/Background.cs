using System.Globalization;
using System.Text;

namespace Xen.Linux.Processes;

/// <summary>
/// Puts a daemon into the background as the incumbents do: the command returns when the daemon answers, with 0, or when it could not start,
/// with the daemon's own exit status. A .NET process cannot fork, so the daemon is this program run again in a session of its own.
/// </summary>
public static unsafe class Background
{
    const string ReadyVariable = "DAEMON_READY_FD";
    const short PosixSpawnSetSid = 0x80;

    /// <summary>Runs this program again with the same arguments and waits until it is ready or ends.</summary>
    /// <returns>The exit status for this process, and the daemon's pid if it runs.</returns>
    /// <exception cref="PosixException">The program cannot be started.</exception>
    public static (int ExitStatus, int? Pid) Start(IReadOnlyList<string> arguments)
    {
        int* pipe = stackalloc int[2];
        FileDescriptor.Check(Libc.pipe2(pipe, Libc.O_CLOEXEC), "pipe");
        using var ready = new FileDescriptor(pipe[0]);
        var report = new FileDescriptor(pipe[1]);
        FileDescriptor.Check(Libc.fcntl(report.Number, Libc.F_SETFD, 0), "fcntl"); // this end goes with the daemon

        var environment = new List<string> { $"{ReadyVariable}={report.Number}" };
        foreach (System.Collections.DictionaryEntry pair in Environment.GetEnvironmentVariables())
            environment.Add($"{pair.Key}={pair.Value}");
        int pid = Spawn(Environment.ProcessPath ?? throw new PosixException("readlink /proc/self/exe", Errno.ENOENT), [arguments0(), .. arguments], environment);
        report.Dispose();

        Span<byte> answer = stackalloc byte[1];
        if (ready.Read(answer) == 1)
            return (0, pid);
        int status;
        FileDescriptor.Check(Libc.waitpid(pid, &status, 0), "waitpid");
        bool isExited = (status & 0x7F) == 0;
        return (isExited ? status >> 8 & 0xFF : 1, null);

        static string arguments0() => Environment.GetCommandLineArgs()[0];
    }

    /// <summary>Whether this process is a daemon that was started by <see cref="Start"/>.</summary>
    public static bool IsBackground => Environment.GetEnvironmentVariable(ReadyVariable) is not null;

    /// <summary>Lets go of the terminal, and then tells the waiting command that the daemon answers.</summary>
    public static void Ready()
    {
        if (!int.TryParse(Environment.GetEnvironmentVariable(ReadyVariable), NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            return;
        Environment.SetEnvironmentVariable(ReadyVariable, null);
        Environment.CurrentDirectory = "/"; // the caller's file system can be unmounted
        using var nothing = FileDescriptor.OpenReadWrite("/dev/null");
        for (int standard = 0; standard <= 2; standard++)
            FileDescriptor.Check(Libc.dup2(nothing.Number, standard), "dup2");
        using var report = new FileDescriptor(number);
        _ = report.Write([1]); // a command that was killed meanwhile waits for nothing
    }

    static int Spawn(string program, IReadOnlyList<string> arguments, IReadOnlyList<string> environment)
    {
        byte* attributes = stackalloc byte[512]; // posix_spawnattr_t is 336 bytes in glibc, less elsewhere
        Libc.posix_spawnattr_init(attributes);
        Libc.posix_spawnattr_setflags(attributes, PosixSpawnSetSid);
        var strings = new List<nint>();
        var argv = Strings(arguments, strings);
        var envp = Strings(environment, strings);
        fixed (nint* argvStart = argv, envpStart = envp)
        {
            int error = Libc.posix_spawn(out int pid, program, null, attributes, (byte**)argvStart, (byte**)envpStart);
            foreach (nint one in strings)
                System.Runtime.InteropServices.Marshal.FreeHGlobal(one);
            return error == 0 ? pid : throw new PosixException("posix_spawn " + program, error);
        }
    }

    static nint[] Strings(IReadOnlyList<string> texts, List<nint> allocated)
    {
        var pointers = new nint[texts.Count + 1];
        for (int i = 0; i < texts.Count; i++)
        {
            var bytes = Encoding.UTF8.GetBytes(texts[i] + "\0");
            pointers[i] = System.Runtime.InteropServices.Marshal.AllocHGlobal(bytes.Length);
            System.Runtime.InteropServices.Marshal.Copy(bytes, 0, pointers[i], bytes.Length);
            allocated.Add(pointers[i]);
        }
        return pointers;
    }
}
