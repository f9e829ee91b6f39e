namespace XenStored.Connections;

/// <summary>What one connection did, for the status.</summary>
sealed class Counters
{
    internal long Requests, Errors, Again, BytesIn, BytesOut, Events, EventsMerged, EventsExpired, Throttled;
}
