using XenConsoled.Core;
using XenConsoled.Logs;

namespace XenConsoled.Consoles;

/// <summary>Who is told what the store says, on the loop's thread.</summary>
interface IStoreNews
{
    /// <summary>There is a store (again): all that it should know is told to it.</summary>
    void StoreCame();

    /// <summary>The store is gone; consoles go on without.</summary>
    void StoreWent(string why);

    /// <summary>The store refused to have a node read or written.</summary>
    void StoreRefused(string why);

    /// <summary>A domain came or went.</summary>
    void DomainsChanged();

    /// <summary>The keys of a console; null if it has none.</summary>
    void KeysCame(ConsoleId id, ConsoleKeys? keys);

    /// <summary>
    /// The file that xapi wants a domain's console logged to, null for none; of <see cref="ConsoleLogs.AllDomains"/> the pattern.
    /// </summary>
    void LogFileCame(ushort domid, string? path);
}
