using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Xen.Linux;
using Xen.Linux.Files;
using Xen.Linux.Processes;
using XenCommons.Host;

namespace XenCommons.Store;

/// <summary>
/// A daemon of somebody else's that serves the store, as a child of this process. Its store ends with it. A file says that it was started.
/// A process that finds it comes after one that was killed together with its store, and starts no new one, which would be empty.
/// </summary>
static class OtherDaemon
{
    const string Mark = "/run/xen/xenstored.other";

    /// <summary>Runs the daemon to its end, with this process's standard output and error.</summary>
    /// <returns>Null if a signal to this process has ended it; else why there is no store any more.</returns>
    /// <exception cref="PosixException">It cannot be started.</exception>
    internal static async Task<string?> RunAsync(StoreLaunch launch, HostFiles files)
    {
        string mark = files.At(Mark);
        if (File.Exists(mark))
        {
            File.Delete(mark);
            return Sentence(launch, "was killed");
        }
        return await StayAsync(launch, mark).ConfigureAwait(false);
    }

    static async Task<string?> StayAsync(StoreLaunch launch, string mark)
    {
        var gate = new Lock();
        Process? started = null;
        bool isEnded = false;
        void End(PosixSignalContext context)
        {
            context.Cancel = true;
            lock (gate)
            {
                isEnded = true;
                if (started is not null)
                    ProcessTable.Signal(started.Id, ProcessTable.Terminate);
            }
        }
        // From before the mark and the start on: a signal that ended this process alone would leave both behind.
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        Folder.Make(Path.GetDirectoryName(mark)!, Folder.Private);
        File.WriteAllText(mark, launch.Program + "\n");
        try
        {
            using var daemon = Start(launch);
            lock (gate)
            {
                started = daemon;
                if (isEnded)
                    ProcessTable.Signal(daemon.Id, ProcessTable.Terminate);
            }
            await daemon.WaitForExitAsync().ConfigureAwait(false);
            return isEnded ? null : Sentence(launch, $"has ended with {daemon.ExitCode}");
        }
        finally
        {
            File.Delete(mark);
        }
    }

    static string Sentence(StoreLaunch launch, string what) =>
        $"{launch.Program} {what}, and what the guests' drivers know about disks and networks is lost with it; it is not started again by"
        + " itself";

    static Process Start(StoreLaunch launch)
    {
        try
        {
            return Process.Start(launch.Program, launch.Arguments);
        }
        catch (Win32Exception e)
        {
            throw new PosixException("run " + launch.Program, e.NativeErrorCode);
        }
    }
}
