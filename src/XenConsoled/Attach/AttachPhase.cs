namespace XenConsoled.Attach;

/// <summary>The state of a client at the daemon's own socket.</summary>
enum AttachPhase : byte
{
    /// <summary>It has sent no request yet.</summary>
    Asking,
    /// <summary>It waits for a console that does not exist yet.</summary>
    Waiting,
    /// <summary>It is shown a console.</summary>
    Looking,
    /// <summary>It is not read any more. It gets the frames that are queued, and is closed then.</summary>
    Ending,
    Closed,
}
