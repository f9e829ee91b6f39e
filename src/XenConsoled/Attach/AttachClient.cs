using System.Text;
using Xen.Loop;
using Xen.Posix;
using XenConsoled.Consoles;
using XenConsoled.Core;

namespace XenConsoled.Attach;

/// <summary>
/// One client at the daemon's own socket. One that reads too slowly loses output, is told how much, and delays nobody; what it types waits until its
/// guest has room, and meanwhile it is not read.
/// </summary>
sealed class AttachClient : IReadyHandler, IViewer
{
    const int MostQueued = 256 * 1024, ReadSize = 4096;

    readonly AttachServer server;
    readonly FileDescriptor socket;
    readonly PeerCredentials peer;
    readonly Queue<byte[]> queue = new();
    readonly List<byte> received = [];
    AttachRequest? wanted;
    GuestConsole? console;
    byte[] forGuest = [];
    int queued, sent;
    long lost;
    bool isEnding, isClosed, hasSeenConsole;

    internal AttachClient(AttachServer server, FileDescriptor socket, PeerCredentials peer)
    {
        (this.server, this.socket, this.peer) = (server, socket, peer);
        server.Host.Loop.Watch(socket, Readiness.Read, this);
    }

    /// <summary>A console began; it may be the one that is waited for.</summary>
    internal void ConsoleCame(GuestConsole began)
    {
        if (console is null && wanted is not null && wanted.Wants(began.Id, began.Name))
            Look(began);
    }

    public void Ready(Readiness readiness)
    {
        if ((readiness & Readiness.Write) != 0)
            Send();
        if (!isClosed && (readiness & (Readiness.Read | Readiness.HangUp | Readiness.Error)) != 0)
            Receive();
    }

    public void Output(ReadOnlySpan<byte> bytes) => Queue(AttachFrame.Of(AttachFrameType.Output, bytes), bytes.Length);

    public void InputRoomCame()
    {
        if (forGuest.Length > 0)
            GiveInput();
    }

    public void Ended()
    {
        var gone = console!;
        console = null;
        forGuest = [];
        if (wanted is { Follows: true })
            Queue(AttachFrame.Of(AttachFrameType.Notice, $"domain {gone.Id.Domid} ({gone.Name}) is gone; waiting for the next of this name"));
        else
            EndWith(AttachFrameType.End, $"domain {gone.Id.Domid} ({gone.Name}) is gone");
        wanted = wanted! with { Target = GuestName.Lasting(gone.Name) }; // its domid will be another's
        SetInterest();
        // A guest that rebooted is there already while the last words of the old one go out.
        if (wanted.Follows && server.Consoles.All.FirstOrDefault(next => wanted.Wants(next.Id, next.Name)) is { } next)
            Look(next);
    }

    internal void Close()
    {
        if (isClosed)
            return;
        isClosed = true;
        console?.Remove(this);
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
            while (!isEnding && !isClosed && AttachFrame.TryTake(ref left, out var type, out var payload))
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
            Queue(AttachFrame.Of(AttachFrameType.Text, server.Report(form == "json")));
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
        if (server.Consoles.All.FirstOrDefault(console => request.Wants(console.Id, console.Name)) is { } found)
            Look(found);
        else if (request.Follows)
            Queue(AttachFrame.Of(AttachFrameType.Notice, $"there is no domain {request.Target} yet; waiting for it"));
        else
            EndWith(AttachFrameType.Refusal, $"there is no console of a domain {request.Target}; `xenconsoled status` lists them");
    }

    void Look(GuestConsole found)
    {
        console = found;
        ConsoleLog.Attached(server.Host.Logger, peer.Command, peer.Pid, peer.Uid, $"domain {found.Id.Domid} ({found.Name})", wanted!.IsReadOnly ? ", to look only" : "");
        if (hasSeenConsole || wanted.Follows)
            Queue(AttachFrame.Of(AttachFrameType.Notice, $"domain {found.Id.Domid} ({found.Name})"));
        var recent = Recent.LastLines(found.Memory, hasSeenConsole ? int.MaxValue : wanted.Lines);
        if (recent.Length > 0)
            Queue(AttachFrame.Of(AttachFrameType.Output, recent));
        hasSeenConsole = true;
        if (!isClosed)
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
        isEnding = true;
        Queue(AttachFrame.Of(type, text));
    }

    // Output beyond what may wait is dropped and its count told; the frames of everything else are few.
    void Queue(byte[] frame, int outputBytes = 0)
    {
        if (isClosed)
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
        while (queue.TryPeek(out var frame))
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
        if (isEnding && queue.Count == 0)
            Close();
        else
            SetInterest();
    }

    void SetInterest()
    {
        if (!isClosed)
            server.Host.Loop.Change(socket, (forGuest.Length == 0 ? Readiness.Read : Readiness.None) | (queue.Count > 0 ? Readiness.Write : Readiness.None));
    }
}
