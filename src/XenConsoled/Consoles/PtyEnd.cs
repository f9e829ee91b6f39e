using System.Globalization;
using Xen.Linux;
using Xen.Linux.Loop;
using Xen.Linux.Terminals;
using Xen.Protocol.Rings;
using XenConsoled.Core;
using XenConsoled.Memory;

namespace XenConsoled.Consoles;

/// <summary>
/// A console's pty. Output that waits in the console's memory goes to its readers, and their input goes to the guest. A broken pty is
/// replaced. The service manager keeps the pty over a restart of the daemon.
/// </summary>
/// <param name="handler">Is told when the pty is ready. It then calls <see cref="Ready"/>.</param>
/// <param name="ring">The way to the guest.</param>
/// <param name="kept">The pty that an earlier process made; null to make one.</param>
sealed class PtyEnd(ConsoleHost host, ConsoleMemory memory, RingEnd ring, IReadyHandler handler, Pty? kept)
{
    readonly ConsoleId id = new(memory.Identity.Domid, memory.Kind);
    Pty? kept = kept; // until it is opened
    Pty? pty;
    Readiness interest;
    Trouble trouble;

    internal bool IsOpen => pty is not null;

    internal string? Path => (pty ?? kept)?.Path;

    /// <summary>How many ptys this process made for the console.</summary>
    internal int Made { get; private set; }

    /// <summary>The names under which the service manager keeps the two ends.</summary>
    internal static (string Master, string Slave) KeptNames(ConsoleId console) => ($"console-{console}-master", $"console-{console}-slave");

    /// <summary>Opens the kept pty or a new one, and writes its path to the store; false if there is none at present.</summary>
    internal bool Open()
    {
        pty = kept ?? Make();
        kept = null;
        if (pty is null)
            return false;
        memory.State.PtyNumber = int.Parse(pty.Path.AsSpan(pty.Path.LastIndexOf('/') + 1), CultureInfo.InvariantCulture);
        memory.Publish();
        interest = Readiness.Read;
        host.Loop.Watch(pty.Master, interest, handler);
        WritePath();
        return true;
    }

    /// <summary>Writes the pty's path to the store.</summary>
    internal void WritePath()
    {
        if (Path is { } path)
            host.Store.WritePtyPath(id, path);
    }

    /// <summary>The pty has input, or space again.</summary>
    internal PtyChange Ready(Readiness readiness)
    {
        if (pty is null)
            return PtyChange.None;
        if ((readiness & (Readiness.Error | Readiness.HangUp)) != 0)
            return Renew("it hung up");
        if ((readiness & Readiness.Read) != 0 && Read(pty) is not PtyChange.None and var change)
            return change;
        if ((readiness & Readiness.Write) == 0)
            return PtyChange.None;
        Watch(interest & ~Readiness.Write);
        return Flush();
    }

    /// <summary>Writes as much waiting output as fits. The rest follows when there is space again.</summary>
    internal PtyChange Flush()
    {
        var output = memory.Output;
        if (pty is null || (interest & Readiness.Write) != 0 || output.Next.IsEmpty)
            return PtyChange.None;
        var change = PtyChange.None;
        int written;
        while ((written = pty.Master.WriteAtOnce(output.Next)) > 0)
        {
            output.Consume(written);
            change = PtyChange.Wrote;
            if (output.Next.IsEmpty)
                return change;
            memory.Publish(); // if the process dies in the next write, the next process does not repeat this one
        }
        if (written is not (0 or -Errno.EAGAIN))
            return Renew(Errno.Text(-written));
        Watch(interest | Readiness.Write);
        return change;
    }

    /// <summary>The readers have read everything. Closing the pty earlier would lose what they have not read.</summary>
    internal bool IsRead => (pty ?? kept) is null or { Unread: 0 };

    /// <summary>The guest can take input again, so the pty is read again.</summary>
    internal void InputFreed() => Watch(interest | Readiness.Read);

    /// <summary>Closes the pty for good.</summary>
    internal void End()
    {
        if ((pty ?? kept) is not { } closed)
            return;
        var (master, slave) = KeptNames(id);
        host.Descriptors.Drop(master);
        host.Descriptors.Drop(slave);
        if (pty is not null)
            host.Loop.Forget(pty.Master);
        closed.Dispose();
        pty = kept = null;
    }

    Pty? Make()
    {
        var made = host.MakePty(out int errno);
        if (made is null)
        {
            if (trouble.Begins())
                ConsoleLog.NoPty(host.Logger, id.Domid, memory.Name, Errno.Text(errno));
            return null;
        }
        trouble.Ends();
        Made++;
        var (master, slave) = KeptNames(id);
        host.Descriptors.Keep(master, made.Master);
        host.Descriptors.Keep(slave, made.Slave);
        return made;
    }

    PtyChange Read(Pty from)
    {
        int free = ring.InputFree;
        if (free == 0)
        {
            Watch(interest & ~Readiness.Read); // the input waits in the pty
            return PtyChange.None;
        }
        Span<byte> bytes = stackalloc byte[ConsolePage.InputSize];
        int count = from.Master.Read(bytes[..Math.Min(free, bytes.Length)]);
        if (count > 0)
            ring.Give(bytes[..count]);
        else if (count != -Errno.EAGAIN)
            return Renew(count == 0 ? "it ended" : Errno.Text(-count));
        return PtyChange.None;
    }

    // Viewers see the new path in the store, and open it.
    PtyChange Renew(string why)
    {
        ConsoleLog.PtyRenewed(host.Logger, id.Domid, memory.Name, why);
        End();
        return Open() ? PtyChange.Renewed : PtyChange.Lost;
    }

    void Watch(Readiness wanted)
    {
        if (pty is null || wanted == interest)
            return;
        interest = wanted;
        host.Loop.Change(pty.Master, wanted);
    }
}
