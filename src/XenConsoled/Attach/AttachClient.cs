using System.Text;
using Xen.Linux;
using Xen.Linux.Loop;
using Xen.Linux.Sockets;
using XenConsoled.Consoles;
using XenConsoled.Core;

namespace XenConsoled.Attach;

/// <summary>
/// One client at the daemon's own socket. A client that reads too slowly loses output and is told how many bytes. It delays nobody.
/// Its input waits until the guest has space for it. Until then the daemon does not read from the client. Nor does it read from a client
/// that is to end: what that sends would fill memory, because nobody takes it.
/// </summary>
sealed class AttachClient : IReadyHandler, IViewer, IConsoleSeeker
{
    const int MostQueued = 256 * 1024, ReadSize = 4096;

    readonly AttachServer server;
    readonly FileDescriptor socket;
    readonly PeerCredentials peer;
    readonly Queue<byte[]> queue = new();
    readonly List<byte> received = [];
    AttachPhase phase;
    AttachRequest? wanted;
    GuestConsole? console;
    byte[] forGuest = [];
    int queued, sent;
    long lost;
    bool hasSeenConsole;

    internal AttachClient(AttachServer server, FileDescriptor socket, PeerCredentials peer)
    {
        (this.server, this.socket, this.peer) = (server, socket, peer);
        server.Host.Loop.Watch(socket, Readiness.Read, this);
    }

    /// <summary>Shows the new console if this client waits for it.</summary>
    public void ConsoleCame(GuestConsole began)
    {
        if (phase == AttachPhase.Waiting && wanted is not null && wanted.Wants(began.Id, began.Name))
            Look(began, wanted);
    }

    public void Ready(Readiness readiness)
    {
        if ((readiness & Readiness.Write) != 0)
            Send();
        if (phase == AttachPhase.Ending)
        {
            if ((readiness & (Readiness.HangUp | Readiness.Error)) != 0)
                Close(); // nobody is there for what is queued
        }
        else if (phase != AttachPhase.Closed && (readiness & (Readiness.Read | Readiness.HangUp | Readiness.Error)) != 0)
            Receive();
    }

    public void Output(ReadOnlySpan<byte> bytes) => Queue(AttachFrame.Of(AttachFrameType.Output, bytes), bytes.Length);

    public void InputFreed()
    {
        if (forGuest.Length > 0)
            GiveInput();
    }

    public void Ended()
    {
        if (phase == AttachPhase.Closed || console is not { } gone || wanted is null)
            return;
        console = null;
        forGuest = [];
        wanted = wanted with { Target = GuestName.Lasting(gone.Name), IsName = true }; // another domain may get the domid
        if (!wanted.Follows)
            EndWith(AttachFrameType.End, $"domain {gone.Id.Domid} ({gone.Name}) is gone");
        else
            Await($"domain {gone.Id.Domid} ({gone.Name}) is gone; waiting for the next of this name");
        SetInterest();
        // After a reboot the new domain can exist while the old one's last output is still being delivered.
        if (phase == AttachPhase.Waiting && Find(wanted) is { } next)
            Look(next, wanted);
    }

    internal void Close()
    {
        if (phase == AttachPhase.Closed)
            return;
        phase = AttachPhase.Closed;
        console?.Remove(this);
        server.Consoles.Unseek(this);
        server.Host.Loop.Forget(socket);
        socket.Dispose();
        server.Remove(this);
    }

    void Receive()
    {
        Span<byte> buffer = stackalloc byte[ReadSize];
        int count = socket.Read(buffer);
        if (count == -Errno.EAGAIN)
            return;
        if (count <= 0)
        {
            Close();
            return;
        }
        received.AddRange(buffer[..count]);
        ReadOnlySpan<byte> left = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(received);
        int before = left.Length;
        try
        {
            while (phase is not (AttachPhase.Ending or AttachPhase.Closed) && AttachFrame.TryTake(ref left, out var type, out var payload))
                Handle(type, payload.ToArray());
        }
        catch (FormatException e)
        {
            EndWith(AttachFrameType.Refusal, $"not understood: {e.Message}");
        }
        received.RemoveRange(0, before - left.Length);
    }

    void Handle(AttachFrameType type, byte[] payload)
    {
        if (type == AttachFrameType.Input && wanted is not null)
        {
            if (!wanted.IsReadOnly && console is not null)
            {
                forGuest = [.. forGuest, .. payload];
                GiveInput();
            }
            return;
        }
        string[] words = Encoding.UTF8.GetString(payload).TrimEnd('\0').Split('\0');
        if (type != AttachFrameType.Request || wanted is not null)
            EndWith(AttachFrameType.Refusal, "not understood");
        else if (words is ["status", var form])
        {
            Queue(AttachFrame.Of(AttachFrameType.Text, form == "json" ? server.Report.Json() : server.Report.Text()));
            EndWith(AttachFrameType.End, "");
        }
        else if (AttachRequest.Parse(words) is { } request)
            Attach(request);
        else
            EndWith(AttachFrameType.Refusal, $"not understood: {words[0]}");
    }

    void Attach(AttachRequest request)
    {
        wanted = request;
        if (Find(request) is { } found)
            Look(found, request);
        else if (request.Follows)
            Await($"there is no domain {request.Target} yet; waiting for it");
        else
            EndWith(AttachFrameType.Refusal, $"there is no console of a domain {request.Target}; `xenconsoled status` lists them");
    }

    GuestConsole? Find(AttachRequest request) => server.Consoles.All.FirstOrDefault(console => request.Wants(console.Id, console.Name));

    void Await(string notice)
    {
        phase = AttachPhase.Waiting;
        server.Consoles.Seek(this);
        Queue(AttachFrame.Of(AttachFrameType.Notice, notice));
    }

    void Look(GuestConsole found, AttachRequest request)
    {
        (phase, console) = (AttachPhase.Looking, found);
        server.Consoles.Unseek(this);
        string target = $"domain {found.Id.Domid} ({found.Name})";
        ConsoleLog.Attached(server.Host.Logger, peer.Command, peer.Pid, peer.Uid, target, request.IsReadOnly ? ", to look only" : "");
        if (hasSeenConsole || request.Follows)
            Queue(AttachFrame.Of(AttachFrameType.Notice, target));
        byte[] recent = Recent.LastLines(found.Memory, hasSeenConsole ? int.MaxValue : request.Lines);
        if (recent.Length > 0)
            Queue(AttachFrame.Of(AttachFrameType.Output, recent));
        hasSeenConsole = true;
        if (phase == AttachPhase.Looking) // a broken socket has closed the client
            found.Add(this);
    }

    void GiveInput()
    {
        int given = console?.Give(forGuest) ?? forGuest.Length;
        forGuest = forGuest[given..];
        SetInterest();
    }

    void EndWith(AttachFrameType type, string text)
    {
        if (phase == AttachPhase.Closed)
            return;
        phase = AttachPhase.Ending;
        console?.Remove(this); // or a guest that writes on would keep the queue from ever being empty
        console = null;
        Queue(AttachFrame.Of(type, text));
        SetInterest();
    }

    // Output beyond the limit is dropped, and the client learns how much. Other frames are few, so they have no limit.
    void Queue(byte[] frame, int outputBytes = 0)
    {
        if (phase == AttachPhase.Closed)
            return;
        if (outputBytes > 0 && queued + frame.Length > MostQueued)
        {
            lost += outputBytes;
            return;
        }
        bool wasEmpty = queue.Count == 0;
        if (lost > 0 && outputBytes > 0)
        {
            byte[] notice = AttachFrame.Of(AttachFrameType.Notice, $"{lost} bytes were not shown: this terminal is slower than the guest");
            queue.Enqueue(notice);
            queued += notice.Length;
            lost = 0;
        }
        queue.Enqueue(frame);
        queued += frame.Length;
        if (wasEmpty)
            Send();
    }

    void Send()
    {
        while (queue.TryPeek(out byte[]? frame))
        {
            int count = socket.Send(frame.AsSpan(sent));
            if (count == -Errno.EAGAIN)
                break;
            if (count < 0)
            {
                Close();
                return;
            }
            sent += count;
            if (sent < frame.Length)
                continue;
            sent = 0;
            queued -= frame.Length;
            queue.Dequeue();
        }
        if (phase == AttachPhase.Ending && queue.Count == 0)
            Close();
        else
            SetInterest();
    }

    void SetInterest()
    {
        if (phase == AttachPhase.Closed)
            return;
        var reads = phase != AttachPhase.Ending && forGuest.Length == 0 ? Readiness.Read : Readiness.None;
        server.Host.Loop.Change(socket, reads | (queue.Count > 0 ? Readiness.Write : Readiness.None));
    }
}
