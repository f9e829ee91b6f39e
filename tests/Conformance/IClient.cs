namespace Xen.Conformance;

/// <summary>The client's end of a connection.</summary>
interface IClient : IDisposable
{
    void Send(ReadOnlySpan<byte> bytes);

    /// <summary>The next message, or null if none came in time or the peer closed the connection.</summary>
    Message? Receive(TimeSpan timeout);

    bool IsClosed { get; }
}
