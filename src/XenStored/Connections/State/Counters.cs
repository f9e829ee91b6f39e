namespace XenStored.Connections.State;

/// <summary>The counts of one connection, for the status.</summary>
sealed class Counters
{
    internal long Requests, Errors, Again, BytesIn, BytesOut, Events, EventsMerged, EventsExpired, Throttled;
}
