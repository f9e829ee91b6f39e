namespace Xen.Linux.Loop;

/// <summary>Someone who waits for a descriptor.</summary>
public interface IReadyHandler
{
    /// <summary>The descriptor is ready. Called on the loop's thread; must not block.</summary>
    void Ready(Readiness readiness);
}
