using Xen.Linux;
using Xen.Linux.Processes;

namespace Xen.Hosting;

/// <summary>
/// Looks for the console daemon of this host, for the other programs of the suite. It is ours or another one of that name.
/// </summary>
public static class ConsoleDaemonCheck
{
    const string Program = "xenconsoled", Socket = "/run/xenconsoled/socket";

    /// <summary>Whether a console daemon runs.</summary>
    public static bool Runs => ProcessTable.Named(Program).Any();

    /// <summary>Asks our daemon for its status over its own socket. A console daemon that is not ours has no such socket.</summary>
    /// <param name="limit">How long the answer may take.</param>
    /// <returns>Null if the daemon works or cannot be asked; else what is wrong.</returns>
    public static async Task<string?> FaultAsync(TimeSpan limit)
    {
        if (!File.Exists(Socket))
            return null;
        try
        {
            var status = await ChildProcess.RunAsync(Program, ["status", "--json"], limit).ConfigureAwait(false);
            return status.IsTimedOut ? $"within {limit.TotalSeconds:0} s"
                : status.Status == 0 && !status.Output.IsEmpty ? null
                : status.Errors.Trim();
        }
        catch (PosixException e) when (e.Errno == Errno.ENOENT)
        {
            return null; // the socket belongs to another program
        }
    }
}
