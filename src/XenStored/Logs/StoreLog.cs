namespace XenStored.Logs;

/// <summary>
/// Every line that the daemon logs. The event ids are stable: the journal's MESSAGE_ID is made from them, and docs/operations.md lists
/// them.
/// </summary>
static partial class StoreLog
{
    [LoggerMessage(1, LogLevel.Information, "xenstored {Version} serves {Socket}, hypervisor {Hypervisor}")]
    internal static partial void Started(ILogger logger, string version, string socket, string hypervisor);

    [LoggerMessage(2, LogLevel.Information, "xenstored ends")]
    internal static partial void Ending(ILogger logger);

    [LoggerMessage(3, LogLevel.Information, "domain {XenstoreDomid} was introduced on port {Port}")]
    internal static partial void Introduced(ILogger logger, ushort xenstoreDomid, uint port);

    [LoggerMessage(4, LogLevel.Information, "domain {XenstoreDomid} is gone")]
    internal static partial void Gone(ILogger logger, ushort xenstoreDomid);

    [LoggerMessage(5, LogLevel.Warning, "domain {XenstoreDomid} could not be introduced: {Reason}")]
    internal static partial void NotIntroduced(ILogger logger, ushort xenstoreDomid, string reason);

    [LoggerMessage(6, LogLevel.Warning,
        "{XenstoreConnection} (domain {XenstoreDomid}) is ignored until it reconnects, its domain ends or is introduced again: {Reason} "
        + "({Swallowed} earlier lines not logged)")]
    internal static partial void Ignored(ILogger logger, string xenstoreConnection, ushort xenstoreDomid, string reason, int swallowed);

    [LoggerMessage(7, LogLevel.Warning,
        "{XenstoreConnection} (pid {Pid}, {Command}, uid {Uid}) is closed: {Reason} ({Swallowed} earlier lines not logged)")]
    internal static partial void Closed(
        ILogger logger, string xenstoreConnection, int pid, string command, uint uid, string reason, int swallowed);

    [LoggerMessage(8, LogLevel.Warning,
        "domain {XenstoreDomid} has {Bytes} bytes, more than the soft limit of {Limit} ({Swallowed} earlier lines not logged)")]
    internal static partial void OverSoftLimit(ILogger logger, ushort xenstoreDomid, long bytes, int limit, int swallowed);

    [LoggerMessage(9, LogLevel.Warning,
        "domain {XenstoreDomid} has {Bytes} bytes, more than the limit of {Limit}, and its requests wait until it has less "
        + "({Swallowed} earlier lines not logged)")]
    internal static partial void OverHardLimit(ILogger logger, ushort xenstoreDomid, long bytes, int limit, int swallowed);

    [LoggerMessage(10, LogLevel.Warning,
        "domain {XenstoreDomid} writes faster than others can commit transactions and is slowed down "
        + "({Swallowed} earlier lines not logged)")]
    internal static partial void SlowedDown(ILogger logger, ushort xenstoreDomid, int swallowed);

    [LoggerMessage(11, LogLevel.Warning, "no more clients can be accepted: {Reason} ({Swallowed} earlier lines not logged)")]
    internal static partial void NotAccepted(ILogger logger, string reason, int swallowed);

    [LoggerMessage(12, LogLevel.Error, "the trace file {File} cannot be written: {Reason}; tracing is off")]
    internal static partial void TraceFailed(ILogger logger, string file, string reason);

    [LoggerMessage(13, LogLevel.Information, "{Text}")]
    internal static partial void Printed(ILogger logger, string text);

    [LoggerMessage(14, LogLevel.Information, "{Status}")]
    internal static partial void Status(ILogger logger, string status);

    [LoggerMessage(15, LogLevel.Critical, "xenstored ends because of an internal error: {Fault}")]
    internal static partial void Fault(ILogger logger, string fault);

    [LoggerMessage(16, LogLevel.Information,
        "{XenstoreConnection} (of domain {XenstoreDomid}) has priority: its transactions lost {Losses} times in a row, "
        + "last at {XenstorePath} ({Swallowed} earlier lines not logged)")]
    internal static partial void HasPriority(
        ILogger logger, string xenstoreConnection, ushort xenstoreDomid, int losses, string xenstorePath, int swallowed);

    [LoggerMessage(17, LogLevel.Warning, "domain {XenstoreDomid} is gone; {Swallowed} lines about it were not logged")]
    internal static partial void Swallowed(ILogger logger, ushort xenstoreDomid, int swallowed);

    [LoggerMessage(18, LogLevel.Warning, "the kernel has no system call filter ({Reason}): xenstored goes on without")]
    internal static partial void KeepsPrivileges(ILogger logger, string reason);

    [LoggerMessage(19, LogLevel.Warning,
        "{XenstoreConnection} (the kernel of domain {XenstoreDomid}) does not read: {Bytes} bytes wait for it, and events are dropped "
        + "({Swallowed} earlier lines not logged)")]
    internal static partial void KernelDoesNotRead(
        ILogger logger, string xenstoreConnection, ushort xenstoreDomid, int bytes, int swallowed);

    [LoggerMessage(20, LogLevel.Warning,
        "a request of {XenstoreConnection} was refused: the quota {Quota} of domain {XenstoreDomid} is {Limit} "
        + "({Swallowed} earlier lines not logged)")]
    internal static partial void OverQuota(
        ILogger logger, string xenstoreConnection, string quota, ushort xenstoreDomid, int limit, int swallowed);

    [LoggerMessage(21, LogLevel.Warning,
        "the hypervisor does not list its domains ({Reason}): domains that it created itself wait until a toolstack introduces them")]
    internal static partial void NotListed(ILogger logger, string reason);

    [LoggerMessage(22, LogLevel.Warning,
        "the store's memory cannot grow ({Reason}): requests that need more are refused with ENOMEM "
        + "({Swallowed} earlier lines not logged)")]
    internal static partial void Full(ILogger logger, string reason, int swallowed);

    [LoggerMessage(23, LogLevel.Warning,
        "xenstored goes on where an earlier process ended: {Guests} guests, {Clients} clients on the socket, {Watches} watches")]
    internal static partial void GoesOn(ILogger logger, int guests, int clients, int watches);

    [LoggerMessage(24, LogLevel.Critical,
        "the state of an earlier xenstored in {File} cannot be used ({Reason}) and is now {Aside}: the store begins anew, and guests that "
        + "run are without a store")]
    internal static partial void SetAside(ILogger logger, string file, string aside, string reason);

    [LoggerMessage(25, LogLevel.Critical,
        "the state of an earlier xenstored in {File} cannot be used ({Reason}) and is removed, because {Count} are set aside already: the "
        + "store begins anew, and guests that run are without a store")]
    internal static partial void NotSetAside(ILogger logger, string file, int count, string reason);

    [LoggerMessage(26, LogLevel.Information, "live update: {Program} is checked and then takes over")]
    internal static partial void Updating(ILogger logger, string program);

    [LoggerMessage(27, LogLevel.Warning, "the live update is broken off, and xenstored goes on: {Reason}")]
    internal static partial void NotUpdated(ILogger logger, string reason);

    [LoggerMessage(28, LogLevel.Warning,
        "xenstored goes on where another xenstored has left: {Nodes} nodes, {Guests} guests, {Connections} connections")]
    internal static partial void Imported(ILogger logger, int nodes, int guests, int connections);

    [LoggerMessage(29, LogLevel.Warning, "not taken over from another xenstored: {What}")]
    internal static partial void NotImported(ILogger logger, string what);

    [LoggerMessage(30, LogLevel.Critical, "the state of another xenstored in {File} cannot be read to its end: {Reason}")]
    internal static partial void DamagedImport(ILogger logger, string file, string reason);

    [LoggerMessage(31, LogLevel.Information, "readers may connect to {Socket}")]
    internal static partial void OpenToReaders(ILogger logger, string socket);

    [LoggerMessage(32, LogLevel.Warning, "readers cannot connect to {Socket}, and all else is served: {Reason}")]
    internal static partial void ClosedToReaders(ILogger logger, string socket, string reason);

    [LoggerMessage(33, LogLevel.Warning, "{Option} {Name}: this host has no such name, so nobody may read by it")]
    internal static partial void NoReaderNamed(ILogger logger, string option, string name);

    [LoggerMessage(34, LogLevel.Warning,
        "a reader (pid {Pid}, {Command}, uid {Uid}) is refused: {Reason} ({Swallowed} earlier lines not logged)")]
    internal static partial void ReaderRefused(ILogger logger, int pid, string command, uint uid, string reason, int swallowed);

    [LoggerMessage(35, LogLevel.Warning,
        "a request of {XenstoreConnection} (pid {Pid}, {Command}, uid {Uid}) was refused: readers, or its user, have as many {Quota} as "
        + "they may ({Swallowed} earlier lines not logged)")]
    internal static partial void ReaderOverLimit(
        ILogger logger, string xenstoreConnection, int pid, string command, uint uid, string quota, int swallowed);
}
