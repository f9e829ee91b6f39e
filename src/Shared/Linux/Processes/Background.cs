using System.Globalization;
using System.Text;

namespace Xen.Linux.Processes;

/// <summary>
/// Puts a daemon into the background as the C daemons do. The command returns 0 when the daemon answers requests, or the daemon's own exit
/// status when it could not start. A .NET process cannot fork, so this program is run again in a session of its own.
/// </summary>
public static unsafe class Background
{
    const string ReadyVariable = "DAEMON_READY_FD";
    const short PosixSpawnSetSid = 0x80;

    /// <summary>Runs this program again with the given arguments, and waits until it is ready or ends.</summary>
    /// <returns>The exit status for this process, and the daemon's pid if it runs.</returns>
    /// <exception cref="PosixException">The program cannot be started.</exception>
    public static (int ExitStatus, int? Pid) Start(IReadOnlyList<string> arguments)
    {
        int* pipe = stackalloc int[2];
        FileDescriptor.Check(Libc.pipe2(pipe, Libc.O_CLOEXEC), "pipe");
        using var ready = new FileDescriptor(pipe[0]);
        var report = new FileDescriptor(pipe[1]);
        FileDescriptor.Check(Libc.fcntl(report.Number, Libc.F_SETFD, 0), "fcntl"); // the daemon inherits this end

        var environment = new List<string> { $"{ReadyVariable}={report.Number}" };
        foreach (System.Collections.DictionaryEntry pair in Environment.GetEnvironmentVariables())
            environment.Add($"{pair.Key}={pair.Value}");
        string program = Environment.ProcessPath ?? throw new PosixException("readlink /proc/self/exe", Errno.ENOENT);
        int pid = Spawn(program, [arguments0(), .. arguments], environment);
        report.Dispose();

        Span<byte> answer = stackalloc byte[1];
        if (ready.ReadAndWait(answer) == 1)
            return (0, pid);
        int status;
        FileDescriptor.Check(Libc.waitpid(pid, &status, 0), "waitpid");
        bool isExited = (status & 0x7F) == 0;
        return (isExited ? status >> 8 & 0xFF : 1, null);

        static string arguments0() => Environment.GetCommandLineArgs()[0];
    }

    /// <summary>Whether this process is a daemon that was started by <see cref="Start"/>.</summary>
    public static bool IsBackground => Environment.GetEnvironmentVariable(ReadyVariable) is not null;

    /// <summary>Closes the terminal, and then reports to the waiting command that the daemon answers requests.</summary>
    public static void Ready()
    {
        string? variable = Environment.GetEnvironmentVariable(ReadyVariable);
        if (!int.TryParse(variable, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            return;
        Environment.SetEnvironmentVariable(ReadyVariable, null);
        Environment.CurrentDirectory = "/"; // so that the caller's file system can be unmounted
        using var nothing = FileDescriptor.OpenReadWrite("/dev/null");
        for (int standard = 0; standard <= 2; standard++)
            FileDescriptor.Check(Libc.dup2(nothing.Number, standard), "dup2");
        using var report = new FileDescriptor(number);
        _ = report.Write([1]); // fails if the command was killed meanwhile, which does not matter
    }

    static int Spawn(string program, IReadOnlyList<string> arguments, IReadOnlyList<string> environment)
    {
        byte* attributes = stackalloc byte[512]; // posix_spawnattr_t is 336 bytes in glibc, less elsewhere
        Libc.posix_spawnattr_init(attributes);
        Libc.posix_spawnattr_setflags(attributes, PosixSpawnSetSid);
        var strings = new List<nint>();
        nint[] argv = Strings(arguments, strings);
        nint[] envp = Strings(environment, strings);
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
        nint[] pointers = new nint[texts.Count + 1];
        for (int i = 0; i < texts.Count; i++)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(texts[i] + "\0");
            pointers[i] = System.Runtime.InteropServices.Marshal.AllocHGlobal(bytes.Length);
            System.Runtime.InteropServices.Marshal.Copy(bytes, 0, pointers[i], bytes.Length);
            allocated.Add(pointers[i]);
        }
        return pointers;
    }
}
