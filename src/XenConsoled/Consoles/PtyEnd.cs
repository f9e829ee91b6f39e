using System.Globalization;
using Xen.Loop;
using Xen.Posix;
using Xen.Rings;

namespace XenConsoled.Consoles;

/// <summary>
/// A console's pty: what waits in the console's memory goes to its readers, what they write goes to the guest. It is renewed when it breaks, and kept by the
/// service's manager over a restart of the daemon.
/// </summary>
/// <param name="pty">One that an earlier process made; null to make one.</param>
sealed class PtyEnd(ConsoleHost host, GuestConsole console, Pty? pty = null)
{
    Pty? pty = pty;
    bool isWatched, waitsToWrite, waitsForGuest, isSaid;

    internal bool IsOpen => isWatched;

    internal string? Path => pty?.Path;

    /// <summary>The names under which the manager keeps its two ends.</summary>
    internal static (string Master, string Slave) KeptNames(Core.ConsoleId console) => ($"console-{console}-master", $"console-{console}-slave");

    /// <summary>Makes the pty unless there is one, and tells the store; false if there is none to be had now.</summary>
    internal bool Open()
    {
        if (pty is null)
        {
            pty = host.MakePty(out int errno);
            if (pty is null)
            {
                if (!isSaid)
                    ConsoleLog.NoPty(host.Logger, console.Id.Domid, console.Name, System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(errno));
                isSaid = true;
                return false;
            }
            isSaid = false;
            console.PtyWasMade();
            var (master, slave) = KeptNames(console.Id);
            host.Descriptors.Keep(master, pty.Master);
            host.Descriptors.Keep(slave, pty.Slave);
        }
        console.Memory.State.PtyNumber = int.Parse(pty.Path.AsSpan(pty.Path.LastIndexOf('/') + 1), CultureInfo.InvariantCulture);
        console.Memory.Publish();
        host.Loop.Watch(pty.Master, Readiness.Read, console);
        (isWatched, waitsToWrite, waitsForGuest) = (true, false, false);
        Tell();
        console.WantTurn(0); // what waits is written then
        return true;
    }

    internal void Tell()
    {
        if (pty is not null)
            host.TellPty(console.Id, pty.Path);
    }

    internal void Ready(Readiness readiness)
    {
        if (pty is null)
            return;
        if ((readiness & (Readiness.Error | Readiness.HangUp)) != 0)
        {
            Renew("it hung up");
            return;
        }
        if ((readiness & Readiness.Read) != 0)
            Read();
        if ((readiness & Readiness.Write) != 0 && pty is not null)
        {
            waitsToWrite = false;
            Flush();
            if (isWatched)
                SetInterest();
        }
    }

    /// <summary>Writes what waits, as far as there is room; the rest when there is again.</summary>
    internal void Flush()
    {
        if (pty is null || waitsToWrite || !isWatched)
            return;
        var output = console.Memory.Output;
        int written = 0;
        while (output.Next is { IsEmpty: false } next && (written = pty.Master.WriteAtOnce(next)) > 0)
        {
            output.Consume(written);
            console.Memory.Publish(); // a process that dies here is not to write it twice
        }
        if (output.Next.IsEmpty)
            return;
        if (written is 0 or -Errno.EAGAIN)
        {
            waitsToWrite = true;
            SetInterest();
        }
        else
            Renew(System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(-written));
    }

    /// <summary>Nothing was written that its readers have not read; closing it would take that from them.</summary>
    internal bool IsRead => pty is null || pty.Unread == 0;

    /// <summary>The guest can be given more.</summary>
    internal void InputRoomCame()
    {
        if (!waitsForGuest || pty is null)
            return;
        waitsForGuest = false;
        SetInterest();
    }

    /// <summary>Closes it for good.</summary>
    internal void End()
    {
        if (pty is null)
            return;
        var (master, slave) = KeptNames(console.Id);
        host.Descriptors.Drop(master);
        host.Descriptors.Drop(slave);
        if (isWatched)
            host.Loop.Forget(pty.Master);
        pty.Dispose();
        pty = null;
        isWatched = false;
    }

    void Read()
    {
        int room = console.InputRoom;
        if (room == 0)
        {
            waitsForGuest = true;
            console.WaitForInputRoom();
            SetInterest();
            return;
        }
        Span<byte> bytes = stackalloc byte[ConsolePage.InputSize];
        int count = pty!.Master.Read(bytes[..Math.Min(room, bytes.Length)]);
        if (count > 0)
            console.Give(bytes[..count]);
        else if (count != -Errno.EAGAIN)
            Renew(count == 0 ? "it ended" : System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(-count));
    }

    // Viewers see the new path in the store and open it.
    void Renew(string why)
    {
        ConsoleLog.PtyRenewed(host.Logger, console.Id.Domid, console.Name, why);
        End();
        if (!Open())
            host.Failed(console);
    }

    void SetInterest() =>
        host.Loop.Change(pty!.Master, (waitsForGuest ? Readiness.None : Readiness.Read) | (waitsToWrite ? Readiness.Write : Readiness.None));
}
