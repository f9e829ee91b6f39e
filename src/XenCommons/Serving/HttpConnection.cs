using Xen.Linux;
using Xen.Linux.Loop;

namespace XenCommons.Serving;

/// <summary>
/// One client: its request is read, answered, and the connection is closed. All of that must be over within a few seconds.
/// </summary>
sealed class HttpConnection : IReadyHandler
{
    const int ForAllMs = 10_000;

    readonly MetricsServer server;
    readonly FileDescriptor socket;
    readonly LoopTimer limit;
    readonly byte[] received = new byte[HttpRequest.MostHead];
    int length, sent;
    HttpAnswer? answer;
    bool isClosed;

    internal HttpConnection(MetricsServer server, FileDescriptor socket)
    {
        (this.server, this.socket) = (server, socket);
        limit = server.Loop.At(server.Loop.Now + ForAllMs, Close);
        server.Loop.Watch(socket, Readiness.Read, this);
    }

    /// <inheritdoc/>
    public void Ready(Readiness readiness)
    {
        if (answer is null)
            Receive();
        else if ((readiness & (Readiness.HangUp | Readiness.Error)) != 0)
            Close(); // nobody is there for the rest
        else
            Send(answer);
    }

    /// <summary>Ends the connection, whatever of the answer is still to be sent.</summary>
    internal void Close()
    {
        if (isClosed)
            return;
        isClosed = true;
        limit.Cancel();
        server.Loop.Forget(socket);
        socket.Dispose();
        server.Remove(this);
    }

    void Receive()
    {
        int count = socket.Read(received.AsSpan(length));
        if (count == -Errno.EAGAIN)
            return;
        if (count <= 0)
        {
            Close();
            return;
        }
        length += count;
        if (HttpRequest.IsWhole(received.AsSpan(0, length)))
            answer = HttpAnswer.To(received.AsSpan(0, length), server.File, DateTime.UtcNow);
        else if (length == received.Length)
            answer = HttpAnswer.TooLong;
        if (answer is not null)
            Send(answer);
    }

    void Send(HttpAnswer answer)
    {
        int all = answer.Head.Length + answer.Body.Length, count = 0;
        while (sent < all && (count = socket.Send(Rest(answer))) >= 0)
            sent += count;
        if (sent == all || count != -Errno.EAGAIN)
            Close();
        else
            server.Loop.Change(socket, Readiness.Write);
    }

    ReadOnlySpan<byte> Rest(HttpAnswer answer) =>
        sent < answer.Head.Length ? answer.Head.AsSpan(sent) : answer.Body.AsSpan(sent - answer.Head.Length);
}
