namespace XenStored.Connections.Output;

/// <summary>A guest's request that is not over: its reply, or an event that it caused for any client, is not delivered yet.</summary>
sealed class Outstanding(IRequester requester)
{
    int left = 1; // the reply

    internal void AddEvent() => left++;

    /// <summary>The reply or one event was delivered or dropped.</summary>
    internal void PartDone()
    {
        if (--left == 0)
            requester.RequestIsOver();
    }
}
