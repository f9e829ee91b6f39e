namespace Xen.Support;

/// <summary>When a guest sends an event.</summary>
public enum Announces
{
    /// <summary>It relies on the daemon to look.</summary>
    Never,
    /// <summary>Only when the other side may be waiting: it found the ring of requests empty, or the ring of replies full.</summary>
    WhenWaitedFor,
    /// <summary>After each step.</summary>
    Always,
}
