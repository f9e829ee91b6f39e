namespace Xen.Conformance;

/// <summary>The client's end of a connection.</summary>
interface IClient : IDisposable
{
    void Send(ReadOnlySpan<byte> bytes);

    /// <summary>The next message, or null if none came in time or the peer closed the connection.</summary>
    Message? Receive(TimeSpan timeout);

    bool IsClosed { get; }
}

/// <summary>A guest, which can also look at and damage its ring page.</summary>
interface IGuest : IClient
{
    uint Peek(RingField field);

    void Poke(RingField field, uint value);

    /// <summary>Sends the daemon an event for this ring.</summary>
    void Notify();

    /// <summary>How often the daemon has notified this guest so far.</summary>
    int Notifications { get; }

    /// <summary>Forgets what is half received: the ring has been reset.</summary>
    void Reset();
}

/// <summary>The words of the ring page behind the two rings (xs_wire.h); the values are their offsets.</summary>
enum RingField
{
    ReqCons = 2048,
    ReqProd = 2052,
    RspCons = 2056,
    RspProd = 2060,
    Features = 2064,
    Connection = 2068,
    Error = 2072,
}
