namespace Repository;

/// <summary>
/// All rooms of src, in each project from the lowest to the highest: a room uses only rooms that stand above it here. A folder is a room,
/// and one within a folder is a room of its own. The last of a program is its own folder, where its Program is.
/// </summary>
static class Rooms
{
    internal static readonly Room[] All =
    [
        new("Shared/Protocol/Wire", Trait.Pure),
        new("Shared/Protocol/Rings", Trait.Pure),
        new("Shared/Linux", Trait.World | Trait.Unsafe),
        new("Shared/Linux/Files", Trait.World | Trait.Unsafe),
        new("Shared/Linux/Processes", Trait.World | Trait.Unsafe),
        new("Shared/Linux/Sockets", Trait.World | Trait.Unsafe),
        new("Shared/Linux/Terminals", Trait.World | Trait.Unsafe),
        new("Shared/Linux/Loop", Trait.World),
        new("Shared/Hypervisor/Answers", Trait.Pure),
        new("Shared/Hypervisor", Trait.World),
        new("Shared/Hypervisor/Linux", Trait.World | Trait.Unsafe),
        new("Shared/Hypervisor/Simulated", Trait.World),
        new("Shared/Hypervisor/Choice", Trait.World),
        new("Shared/Client", Trait.World),
        new("Shared/Hosting/Logging", Trait.World),
        new("Shared/Hosting/Settings"),
        new("Shared/Hosting", Trait.World),
        new("Shared/Bus", Trait.World),

        // Of no consequence in the executable that is installed, so pure rooms may use it.
        new("XenStored/Crashes"),
        // The file is mapped and grown by one file of each.
        new("XenStored/Tree/Storage/MappedFile", Trait.Pure | Trait.Unsafe) { Doors = ["StoreFile.cs"] },
        new("XenStored/Tree/Storage/InPlace", Trait.Pure),
        new("XenStored/Tree/Storage", Trait.Pure) { Doors = ["StoreMemory.cs"] },
        new("XenStored/Tree", Trait.Pure),
        new("XenStored/Streams/Contents", Trait.Pure),
        new("XenStored/Streams"),
        new("XenStored/Clients", Trait.Pure),
        new("XenStored/Watches", Trait.Pure),
        new("XenStored/Accounting", Trait.Pure),
        new("XenStored/Store/Records", Trait.Pure),
        new("XenStored/Store", Trait.Pure),
        new("XenStored/Commands/Requests", Trait.Pure),
        new("XenStored/Commands/Control", Trait.Pure),
        new("XenStored/Commands", Trait.Pure),
        new("XenStored/Logs"),
        new("XenStored/Options"),
        new("XenStored/Connections/Transports"),
        new("XenStored/Connections/Output"),
        new("XenStored/Connections/State"),
        new("XenStored/Connections/Sources"),
        new("XenStored/Connections"),
        new("XenStored/Handover"),
        new("XenStored/Daemon"),
        new("XenStored"),

        // Declares the lines that others log.
        new("XenConsoled/Core", Trait.Pure) { Doors = ["ConsoleLog.cs"] },
        new("XenConsoled/Life", Trait.Pure),
        new("XenConsoled/Lines", Trait.Pure),
        // The file is mapped and grown by one of its files.
        new("XenConsoled/Memory", Trait.Pure) { Doors = ["ConsoleMemory.cs"] },
        new("XenConsoled/Logs"),
        new("XenConsoled/Following"),
        new("XenConsoled/Consoles"),
        new("XenConsoled/Attach"),
        new("XenConsoled/Client"),
        new("XenConsoled/Daemon"),
        new("XenConsoled"),

        new("XenDomains/Configuration"),
        new("XenDomains/Facts", Trait.Pure),
        new("XenDomains/Planning", Trait.Pure),
        new("XenDomains/Toolstack"),
        new("XenDomains/Answers"),
        new("XenDomains/Images"),
        new("XenDomains/Results"),
        new("XenDomains/Execution"),
        new("XenDomains/Reports"),
        new("XenDomains/Service"),
        new("XenDomains"),

        new("XenWatchdog/Evaluation", Trait.Pure),
        new("XenWatchdog/Timer"),
        new("XenWatchdog/Host"),
        new("XenWatchdog/Checks"),
        new("XenWatchdog/Daemon"),
        new("XenWatchdog"),

        new("XenCommons/Host"),
        new("XenCommons/Findings", Trait.Pure),
        new("XenCommons/Boot"),
        new("XenCommons/Start"),
        new("XenCommons/Store"),
        new("XenCommons/Swap"),
        new("XenCommons/Check"),
        new("XenCommons/Exposition", Trait.Pure),
        // One file's input is what the hypervisor's records hold.
        new("XenCommons/Figures", Trait.Pure) { Doors = ["HypervisorFigures.cs"] },
        new("XenCommons/Top/Readings", Trait.Pure),
        new("XenCommons/Top", Trait.Pure),
        new("XenCommons/Sources"),
        new("XenCommons/Screens"),
        new("XenCommons/Serving"),
        new("XenCommons"),
    ];
}
