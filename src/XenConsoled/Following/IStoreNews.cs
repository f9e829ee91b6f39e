using XenConsoled.Core;
using XenConsoled.Logs;

namespace XenConsoled.Following;

/// <summary>Receives what the store reports, on the loop's thread.</summary>
interface IStoreNews
{
    /// <summary>There is a store, for the first time or again. It must now get all that it should know.</summary>
    void StoreCame();

    /// <summary>The store is gone. Consoles go on without it.</summary>
    void StoreWent(string why);

    /// <summary>The store refused to read or write a node.</summary>
    void StoreRefused(string why);

    /// <summary>A domain came or went.</summary>
    void DomainsChanged();

    /// <summary>A console's keys; null if it has none.</summary>
    void KeysCame(ConsoleId id, ConsoleKeys? keys);

    /// <summary>
    /// The file that xapi names for a domain's console; null for none. For <see cref="ConsoleLogs.AllDomains"/> it is the pattern.
    /// </summary>
    void LogFileCame(ushort domid, string? path);
}
