namespace Load;

/// <summary>A way to the store: a socket or a guest's ring. One request at a time.</summary>
interface IStore
{
    /// <summary>Sends whole requests as they are.</summary>
    void SendRaw(ReadOnlySpan<byte> requests);

    /// <summary>The next message; waits for it.</summary>
    Reply Next();
}
