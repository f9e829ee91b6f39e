using Xen.Linux.Processes;

namespace XenWatchdog.Checks.OfLinux;

/// <summary>A program can be started, and it ends.</summary>
sealed class ForkCheck : ICheck
{
    static readonly string[] Programs = ["/bin/true", "/usr/bin/true"];
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(1); // the check itself fails much earlier

    public string? Look()
    {
        string program = Programs.FirstOrDefault(File.Exists) ?? Environment.ProcessPath!;
        var result = ChildProcess.RunAsync(program, ["--version"], Limit).GetAwaiter().GetResult();
        return result.Status == 0 ? null
            : result.IsTimedOut ? $"{program} has not ended within {Limit.TotalSeconds:0} s"
            : $"{program} ended with {result.Status}";
    }
}
