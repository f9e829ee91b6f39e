namespace XenConsoled.Core;

/// <summary>What the store says of a console.</summary>
/// <param name="Name">The domain's name; "unknown" while it has none.</param>
/// <param name="RingRef">Frame number of its page.</param>
/// <param name="Port">The guest's event channel.</param>
/// <param name="IsOurs">It is not another program's (type ioemu).</param>
/// <param name="Limit">Bytes of output that may wait for a viewer.</param>
readonly record struct ConsoleKeys(string Name, ulong RingRef, uint Port, bool IsOurs, int Limit);
