using System.Diagnostics;
using System.Globalization;

namespace Xen.Support;

/// <summary>Programs that a test runs.</summary>
public static class Programs
{
    /// <summary>
    /// How a program is started: what it prints is the test's to read, and nothing of it goes to the journal of the machine.
    /// </summary>
    /// <param name="environment">Variables that are set beside those of the tests.</param>
    public static ProcessStartInfo Describe(
        string program, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("JOURNAL_STREAM");
        foreach (var (name, value) in environment ?? [])
            start.Environment[name] = value;
        return start;
    }

    /// <summary>Runs a program to its end, with an empty input.</summary>
    public static (int Status, string Output, string Errors) Run(string program, params IEnumerable<string> arguments) =>
        Run(Describe(program, arguments));

    /// <summary>The same as it is described.</summary>
    public static (int Status, string Output, string Errors) Run(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync(); // beside the output: a pipe that nobody reads stops who writes
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }

    /// <summary>Sends a signal, by its name without SIG.</summary>
    public static void Signal(int pid, string name)
    {
        using var kill = Process.Start("kill", ["-s", name, pid.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
