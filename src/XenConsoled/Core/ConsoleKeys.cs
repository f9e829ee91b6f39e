namespace XenConsoled.Core;

/// <summary>A console's keys in the store.</summary>
/// <param name="Name">The domain's name; "unknown" while it has none.</param>
/// <param name="RingRef">Frame number of the ring's page.</param>
/// <param name="Port">The guest's event channel.</param>
/// <param name="IsOurs">The console does not belong to another program (type ioemu).</param>
/// <param name="Limit">How many bytes of output may wait for a viewer.</param>
readonly record struct ConsoleKeys(string Name, ulong RingRef, uint Port, bool IsOurs, int Limit);
