namespace XenStored.Store.Committing;

/// <summary>The time as the store has it: it reads no clock itself.</summary>
sealed class StoreClock
{
    /// <summary>Monotonic milliseconds. The scheduler sets it once in each iteration.</summary>
    internal long Now { get; set; }
}
