namespace Xen.Linux.Loop;

/// <summary>Handles a descriptor that a loop watches.</summary>
public interface IReadyHandler
{
    /// <summary>The descriptor is ready. The loop's thread calls this, and it must not block.</summary>
    void Ready(Readiness readiness);
}
