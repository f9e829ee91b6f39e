namespace XenDomains.Execution;

/// <summary>Limits how many commands of xl work at once. Commands that only wait do not count.</summary>
sealed class ConcurrencyLimit(int count) : IDisposable
{
    const int Most = 16, PerCpu = 2;
    const long MemoryOfCommand = 64L << 20; // xl and its helper, which writes, reads or builds a guest's memory

    readonly SemaphoreSlim free = new(count);

    /// <summary>The number that the host's CPUs and free memory allow.</summary>
    /// <param name="availableMemory">In bytes; null: it is not known.</param>
    internal static int Suitable(int cpus, long? availableMemory) =>
        (int)Math.Clamp(Math.Min(cpus * PerCpu, availableMemory / MemoryOfCommand ?? Most), 1, Most);

    internal async Task<T> InAsync<T>(Func<Task<T>> work, CancellationToken cancellation = default)
    {
        await free.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await work().ConfigureAwait(false);
        }
        finally
        {
            free.Release();
        }
    }

    public void Dispose() => free.Dispose();
}
