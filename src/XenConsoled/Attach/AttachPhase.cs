namespace XenConsoled.Attach;

/// <summary>How far a client at the daemon's own socket is.</summary>
enum AttachPhase : byte
{
    /// <summary>It has not said yet what it wants.</summary>
    Asking,
    /// <summary>It waits for a console that is not there.</summary>
    Waiting,
    /// <summary>It looks at a console.</summary>
    Looking,
    /// <summary>It is sent what is left, and then closed.</summary>
    Ending,
    /// <summary>It is closed.</summary>
    Closed,
}
