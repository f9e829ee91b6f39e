using Xen.Linux.Files;
using Xen.Linux.Sockets;

namespace Xen.Linux.Loop;

/// <summary>
/// A listening Unix socket in a loop. A client that cannot be accepted stays in the kernel's queue and would wake the loop again and again.
/// So when the process has no descriptors left, the listener closes a spare one, accepts the client and disconnects it. After any other
/// failure it does not watch the socket for a moment.
/// </summary>
public sealed class Listener : IReadyHandler, IDisposable
{
    const int AcceptedAtOnce = 64, PauseMs = 100;

    readonly EventLoop loop;
    readonly IAcceptor acceptor;
    readonly string? path;
    readonly FileDescriptor socket;
    readonly bool keeps;
    readonly int? mostInPeriod;
    readonly LoopTimer resume;
    long periodBegan;
    int acceptedInPeriod;
    FileDescriptor? spare = FileDescriptor.TryEventCounter();

    /// <summary>Begins to listen.</summary>
    /// <param name="loop">The loop that watches the socket.</param>
    /// <param name="path">The socket's path. Nothing may exist there. Disposing removes it.</param>
    /// <param name="mode">Permission bits of the socket's file.</param>
    /// <param name="backlog">Clients that may wait to be accepted.</param>
    /// <param name="acceptor">Takes the clients.</param>
    /// <exception cref="PosixException">It cannot listen there.</exception>
    public Listener(EventLoop loop, string path, uint mode, int backlog, IAcceptor acceptor)
        : this(loop, path, UnixSocket.Listen(path, mode, backlog), acceptor, keeps: false)
    {
    }

    /// <summary>Goes on with a socket that listens.</summary>
    /// <param name="path">The socket's path, which disposing removes; null if it has none, or another process removes it.</param>
    /// <param name="socket">The socket, which belongs to this object from now on.</param>
    /// <param name="keeps">Clients are accepted without the mark that closes them on exec.</param>
    /// <param name="mostInPeriod">
    /// How many clients it accepts in a tenth of a second, so that those who connect again and again cost little; null: all. Further ones
    /// wait.
    /// </param>
    public Listener(
        EventLoop loop, string? path, FileDescriptor socket, IAcceptor acceptor, bool keeps, int? mostInPeriod = null)
    {
        (this.loop, this.path, this.acceptor, this.socket, this.keeps) = (loop, path, acceptor, socket, keeps);
        this.mostInPeriod = mostInPeriod;
        resume = new(loop, Resume);
        loop.Watch(socket, Readiness.Read, this);
    }

    /// <summary>Clients wait.</summary>
    public void Ready(Readiness readiness)
    {
        for (int i = 0; i < AcceptedAtOnce; i++)
            if (!MayAccept())
            {
                Pause();
                return;
            }
            else if (UnixSocket.Accept(socket, out int errno, keeps) is { } client)
            {
                acceptedInPeriod++;
                acceptor.Accepted(client);
            }
            else
            {
                if (errno is not (Errno.EAGAIN or Errno.EINTR))
                    Failed(errno);
                return;
            }
    }

    bool MayAccept()
    {
        if (mostInPeriod is null)
            return true;
        if (loop.Now - periodBegan >= PauseMs)
            (periodBegan, acceptedInPeriod) = (loop.Now, 0);
        return acceptedInPeriod < mostInPeriod;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        resume.Cancel();
        loop.Forget(socket);
        socket.Dispose();
        spare?.Dispose();
        if (path is not null)
            Folder.Unlink(path);
    }

    void Failed(int errno)
    {
        acceptor.NotAccepted(errno);
        if (errno == Errno.EMFILE && spare is not null)
            TurnOneAway(spare);
        else
            Pause();
    }

    void Pause()
    {
        loop.Change(socket, Readiness.None);
        resume.At(loop.Now + PauseMs);
    }

    void TurnOneAway(FileDescriptor spareOne)
    {
        spareOne.Dispose();
        UnixSocket.Accept(socket, out _)?.Dispose();
        spare = FileDescriptor.TryEventCounter(); // null if another thread took the descriptor; Failed then pauses instead
    }

    void Resume()
    {
        spare ??= FileDescriptor.TryEventCounter();
        loop.Change(socket, Readiness.Read);
    }
}
