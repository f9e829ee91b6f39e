using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Xen.Linux.Sockets;
using XenWatchdog.Daemon;

namespace XenWatchdog.Tests;

/// <summary>A simulated hypervisor in a folder, and our executable beside it.</summary>
sealed class Stage : IDisposable
{
    Process? store;

    internal string Folder { get; } = Directory.CreateTempSubdirectory("xw").FullName;
    internal string Run => Path.Combine(Folder, "run");
    /// <summary>The address of the system's bus; null: this machine's own.</summary>
    internal string? Bus { get; set; }
    internal string State => Path.Combine(Folder, "state");

    /// <summary>What the hypervisor's timer was last armed with; null if it is not taken.</summary>
    internal string? Timer(int number)
    {
        try
        {
            return File.ReadAllText(Path.Combine(Folder, "hv", $"watchdog.{number}"));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    internal DateTime Kicked(int number) => File.GetLastWriteTimeUtc(Path.Combine(Folder, "hv", $"watchdog.{number}"));

    internal void Take(int number)
    {
        Directory.CreateDirectory(Path.Combine(Folder, "hv"));
        File.WriteAllText(Path.Combine(Folder, "hv", $"watchdog.{number}"), "99");
    }

    internal Daemon Start(params string[] arguments) => new(this, ["-F", "--mode=off", .. arguments]);

    internal Process Command(params string[] arguments)
    {
        var start = new ProcessStartInfo(Program("xenwatchdogd"), [.. arguments.TakeWhile(IsVerb), "--run-dir", Run, .. arguments.SkipWhile(IsVerb)])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            Environment = { ["XENSTORED_PATH"] = Path.Combine(Folder, "socket") },
        };
        start.Environment.Remove("JOURNAL_STREAM");
        if (Bus is not null)
            start.Environment["DBUS_SYSTEM_BUS_ADDRESS"] = Bus;
        return Process.Start(start)!;
    }

    /// <summary>Runs a command to its end.</summary>
    internal (int Status, string Output, string Errors) Ended(params string[] arguments)
    {
        using var process = Command(arguments);
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }

    internal string[] Simulated => ["--state-dir", State, "--hypervisor", "simulated:" + Path.Combine(Folder, "hv")];

    /// <summary>Our store on the stage's socket.</summary>
    internal Process Store()
    {
        store = Process.Start(new ProcessStartInfo(Program("xenstored"), ["-N", "--hypervisor", "none", "--pid-file", Path.Combine(Folder, "store.pid")])
        {
            Environment = { ["XENSTORED_PATH"] = Path.Combine(Folder, "socket") },
            RedirectStandardError = true,
        })!;
        Until(() => UnixSocket.Answers(Path.Combine(Folder, "socket")), () => "there is no store");
        return store;
    }

    internal static void Until(Func<bool> condition, Func<string> otherwise, int seconds = 60) =>
        Assert.True(SpinWait.SpinUntil(() => { Thread.Sleep(20); return condition(); }, seconds * 1000), otherwise());

    internal static void Signal(int pid, string signal) =>
        Process.Start("kill", ["-s", signal, pid.ToString(CultureInfo.InvariantCulture)]).WaitForExit();

    static bool IsVerb(string word) => word is "status" or "release" or "allowed";

    internal static string Program(string name, [CallerFilePath] string here = "")
    {
        string root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../.."));
        string published = Path.Combine(root, "out/bin", name);
        return File.Exists(published) ? published : Path.Combine(Path.GetDirectoryName(typeof(WatchdogOptions).Assembly.Location)!, name);
    }

    public void Dispose()
    {
        store?.Kill();
        store?.WaitForExit();
        store?.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>Our daemon as a process.</summary>
sealed class Daemon : IDisposable
{
    readonly StringBuilder said = new();

    internal Daemon(Stage stage, string[] arguments)
    {
        Process = stage.Command([.. stage.Simulated, .. arguments]);
        Process.ErrorDataReceived += (_, line) =>
        {
            lock (said)
                said.AppendLine(line.Data);
        };
        Process.BeginErrorReadLine();
    }

    internal Process Process { get; }

    internal string Said
    {
        get
        {
            lock (said)
                return said.ToString();
        }
    }

    internal void Says(string text) => Stage.Until(() => Said.Contains(text, StringComparison.Ordinal), () => $"it does not say: {text}\n{Said}");

    /// <summary>Sends a signal and waits for its end.</summary>
    internal int Ends(string signal)
    {
        Stage.Signal(Process.Id, signal);
        Process.WaitForExit();
        return Process.ExitCode;
    }

    public void Dispose()
    {
        if (!Process.HasExited)
            Process.Kill();
        Process.WaitForExit();
        Process.Dispose();
    }
}
