namespace Xen.Hosting;

/// <summary>
/// Collects young garbage in small amounts, at moments that its caller chooses. The garbage collector by itself would wait for garbage as
/// large as the processor's cache. This keeps the process small and the pauses short.
/// </summary>
public sealed class NurseryCollector
{
    const long BytesAtOnce = 1024 * 1024;

    long collectedAt;

    /// <summary>
    /// Collects if the calling thread has allocated a mebibyte since the last time. Always call this from the same thread.
    /// </summary>
    public void CollectSome()
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        if (allocated - collectedAt < BytesAtOnce)
            return;
        collectedAt = allocated;
        GC.Collect(0);
    }
}
