namespace XenStored.Connections.Output;

/// <summary>A guest's request that is not over: its reply, and the events that it caused anywhere, are still to be delivered.</summary>
sealed class Outstanding(IRequester requester)
{
    int left = 1; // the reply

    internal void AddEvent() => left++;

    /// <summary>One part was delivered, or dropped.</summary>
    internal void PartDone()
    {
        if (--left == 0)
            requester.RequestIsOver();
    }
}
