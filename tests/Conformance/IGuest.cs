namespace Xen.Conformance;

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
