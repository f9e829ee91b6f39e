namespace Xen.Linux.Processes;

/// <summary>
/// Finds programs: first beside this executable, where the suite's other programs are, then along PATH. .NET also looks in the current
/// folder, and before PATH: root, in a folder where others may write, would run what they put there.
/// </summary>
public static class ProgramPath
{
    const string Usual = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    const int Execution = 1; // X_OK (unistd.h)

    /// <summary>The absolute path of a program; null if there is none of this name that this process may run.</summary>
    /// <param name="program">A path, which need not exist and starts at the current folder unless it is absolute, or a name.</param>
    public static string? Find(string program) =>
        program.Contains('/', StringComparison.Ordinal) ? Path.GetFullPath(program)
        : program is "" ? null
        : Folders.Where(Path.IsPathRooted).Select(folder => Path.Combine(folder, program)).FirstOrDefault(IsProgram);

    // An empty or relative item of PATH means the current folder. No program is taken from there.
    static IEnumerable<string> Folders =>
    [
        Path.GetDirectoryName(Environment.ProcessPath) ?? "",
        .. (Environment.GetEnvironmentVariable("PATH") is { Length: > 0 } path ? path : Usual).Split(':'),
    ];

    static bool IsProgram(string path) => File.Exists(path) && Libc.access(path, Execution) == 0;
}
