using Xen.Linux;
using Xen.Linux.Processes;

namespace Xen.Hosting;

/// <summary>The console daemon of this host, as the other programs of the suite find it: ours or another one of that name.</summary>
public static class ConsoleDaemonCheck
{
    const string Program = "xenconsoled", Socket = "/run/xenconsoled/socket";

    /// <summary>A process of that name runs.</summary>
    public static bool Runs => Processes.Named(Program).Any();

    /// <summary>Asks our daemon for its status over its own socket. Another's daemon has no such socket and counts as well.</summary>
    /// <param name="limit">How long the answer may take.</param>
    /// <returns>Null if it is well or cannot be asked; else why it is not.</returns>
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
            return null; // the socket is another's
        }
    }
}
