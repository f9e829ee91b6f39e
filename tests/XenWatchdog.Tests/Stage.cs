namespace XenWatchdog.Tests;

/// <summary>A simulated hypervisor in a folder, and our executable beside it.</summary>
sealed class Stage : DaemonStage
{
    internal string Run => File("run");

    internal string State => File("state");

    /// <summary>What the hypervisor's timer was last armed with; null if it is not taken.</summary>
    internal string? Timer(int number)
    {
        try
        {
            return System.IO.File.ReadAllText(TimerFile(number));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    internal DateTime Kicked(int number) => System.IO.File.GetLastWriteTimeUtc(TimerFile(number));

    internal string TimerFile(int number) => Path.Combine(HypervisorFolder, $"watchdog.{number}");

    internal void Take(int number)
    {
        Directory.CreateDirectory(HypervisorFolder);
        System.IO.File.WriteAllText(TimerFile(number), "99");
    }

    /// <summary>Starts the daemon.</summary>
    internal DaemonProcess Start(params string[] arguments) =>
        StartDaemon("xenwatchdogd", Words([.. Simulated, "-F", "--mode=off", .. arguments]));

    /// <summary>Starts a store that has no file to go on with, as another daemon's: nobody restarts its service.</summary>
    internal DaemonProcess StartOtherStore()
    {
        var store = StartStore();
        System.IO.File.Delete(Socket + ".store");
        return store;
    }

    /// <summary>Runs a command to its end.</summary>
    internal (int Status, string Output, string Errors) Ended(params string[] arguments) => RunProgram("xenwatchdogd", Words(arguments));

    internal string[] Simulated => ["--state-dir", State, "--hypervisor", "simulated:" + HypervisorFolder];

    string[] Words(string[] arguments) => [.. arguments.TakeWhile(IsVerb), "--run-dir", Run, .. arguments.SkipWhile(IsVerb)];

    static bool IsVerb(string word) => word is "status" or "release" or "allowed";
}
