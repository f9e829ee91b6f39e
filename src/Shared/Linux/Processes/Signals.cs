using System.Runtime.InteropServices;

namespace Xen.Linux.Processes;

/// <summary>The signals that a daemon answers to.</summary>
public static class Signals
{
    const int Hangup = 1, Interrupt = 2, Quit = 3, TerminalStop = 20;

    /// <summary>SIGUSR1.</summary>
    public static PosixSignal User1 => (PosixSignal)10;

    /// <summary>SIGUSR2.</summary>
    public static PosixSignal User2 => (PosixSignal)12;

    /// <summary>
    /// Lets SIGINT, SIGQUIT and SIGTERM end this process, even if its parent ignored them. Shells ignore SIGINT and SIGQUIT for programs in
    /// the background. Call this before anything listens for signals: the runtime does not handle a signal that is ignored at that moment.
    /// </summary>
    public static void HearEnds()
    {
        foreach (int signal in (ReadOnlySpan<int>)[Interrupt, Quit, ProcessTable.Terminate])
            _ = Libc.signal(signal, 0); // SIG_DFL
    }

    /// <summary>
    /// Stops this process as Ctrl-Z does (SIGTSTP), and returns when it goes on. It returns at once if the signal is ignored, if something
    /// listens for it, or if no shell of this terminal is there that could let the process go on.
    /// </summary>
    public static void Stop() => _ = Libc.raise(TerminalStop); // to this thread: it has been delivered when the call returns

    /// <summary>
    /// Runs an action whenever a signal comes, on a thread of the runtime, until the returned object is disposed. If the signal was ignored
    /// when the process began (nohup), the runtime would go on to ignore it. But to a daemon it is a command, whoever started the daemon.
    /// Call this once in a process for each signal.
    /// </summary>
    /// <param name="signal">SIGHUP, or the number of a signal that <see cref="PosixSignal"/> does not name.</param>
    public static IDisposable Listen(PosixSignal signal, Action action)
    {
        _ = Libc.signal(signal == PosixSignal.SIGHUP ? Hangup : (int)signal, 0); // SIG_DFL
        return PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            action();
        });
    }
}
