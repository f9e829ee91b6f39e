using Xen.Hosting;
using Xen.Hypervisor;
using Xen.Loop;
using XenConsoled.Core;
using XenConsoled.Logs;

namespace XenConsoled.Consoles;

/// <summary>What consoles are given by the daemon around them.</summary>
/// <param name="KeepsOverflow">A guest whose output nobody takes is made to wait, rather than lose the middle.</param>
/// <param name="RunFolder">Where what must outlive the process is kept.</param>
sealed record ConsoleHost(EventLoop Loop, Hypervisor Hypervisor, DescriptorStore Descriptors, ILogger Logger, bool KeepsOverflow, string RunFolder)
{
    /// <summary>Makes a pty; null and the errno if there is none to be had.</summary>
    internal PtyMaker MakePty { get; init; } = Xen.Posix.Pty.TryMake;

    /// <summary>Told of each console that wants a turn.</summary>
    internal Action<GuestConsole> WantsTurn { get; set; } = _ => { };

    /// <summary>Told where a console's pty is.</summary>
    internal Action<ConsoleId, string> TellPty { get; set; } = (_, _) => { };

    /// <summary>Makes a console's log; null if it has none.</summary>
    internal Func<GuestConsole, GuestLog?> OpenLog { get; set; } = _ => null;

    /// <summary>Where a console is to be logged; null for nowhere.</summary>
    internal Func<GuestConsole, string?> LogPath { get; set; } = _ => null;

    /// <summary>Closes a console's log.</summary>
    internal Action<GuestLog> CloseLog { get; set; } = log => log.End();

    /// <summary>Told of a console whose log may have something to write.</summary>
    internal Action<GuestConsole> WantsLog { get; set; } = _ => { };

    /// <summary>Told of a console of which something failed that may work later.</summary>
    internal Action<GuestConsole> Failed { get; set; } = _ => { };

    /// <summary>Makes what sends a console's lines to the journal; null if nothing does.</summary>
    internal Func<GuestConsole, JournalLines?> OpenJournal { get; set; } = _ => null;
}

/// <summary>Makes a pty.</summary>
delegate Xen.Posix.Pty? PtyMaker(out int errno);
