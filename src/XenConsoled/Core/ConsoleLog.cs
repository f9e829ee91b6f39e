namespace XenConsoled.Core;

/// <summary>
/// Every line that the daemon logs. The event ids are stable: the journal's MESSAGE_ID comes from them, and docs/operations.md lists them.
/// </summary>
static partial class ConsoleLog
{
    [LoggerMessage(1, LogLevel.Information, "xenconsoled {Version} serves the consoles of {Hypervisor}; {Restored} of them were restored")]
    internal static partial void Started(ILogger logger, string version, string hypervisor, int restored);

    [LoggerMessage(2, LogLevel.Information, "xenconsoled ends")]
    internal static partial void Ending(ILogger logger);

    [LoggerMessage(3, LogLevel.Information, "the console of domain {XenDomainId} ({XenDomainName}) is connected on port {Port}")]
    internal static partial void Connected(ILogger logger, ushort xenDomainId, string xenDomainName, uint port);

    [LoggerMessage(4, LogLevel.Information,
        "the console of domain {XenDomainId} ({XenDomainName}) has ended with its domain: {Taken} bytes of output, {Unread} of them not"
        + " read from its pty, {LogLost} lost to the log")]
    internal static partial void Gone(ILogger logger, ushort xenDomainId, string xenDomainName, ulong taken, ulong unread, ulong logLost);

    [LoggerMessage(5, LogLevel.Warning,
        "the console of domain {XenDomainId} ({XenDomainName}) cannot be connected: {What}: {Reason}; it is tried again each second")]
    internal static partial void NotConnected(ILogger logger, ushort xenDomainId, string xenDomainName, string what, string reason);

    [LoggerMessage(6, LogLevel.Warning,
        "the console of domain {XenDomainId} ({XenDomainName}) has no pty: {Reason}; it is tried again each second,"
        + " and its log and viewers go on (kernel.pty.max limits ptys)")]
    internal static partial void NoPty(ILogger logger, ushort xenDomainId, string xenDomainName, string reason);

    [LoggerMessage(7, LogLevel.Warning, "the pty of domain {XenDomainId} ({XenDomainName}) broke ({Reason}) and is renewed")]
    internal static partial void PtyRenewed(ILogger logger, ushort xenDomainId, string xenDomainName, string reason);

    [LoggerMessage(8, LogLevel.Warning,
        "domain {XenDomainId} ({XenDomainName}) has invalid indices in its console ring, and loses its output until they are valid again")]
    internal static partial void RingFault(ILogger logger, ushort xenDomainId, string xenDomainName);

    [LoggerMessage(9, LogLevel.Warning,
        "{File} cannot be written: {Reason}; it is tried again each second, and what does not fit until then is counted as lost")]
    internal static partial void LogFails(ILogger logger, string file, string reason);

    [LoggerMessage(10, LogLevel.Information, "{File} can be written again")]
    internal static partial void LogWorks(ILogger logger, string file);

    [LoggerMessage(11, LogLevel.Warning,
        "the store cannot be reached ({Reason}): consoles go on, and new domains are served when it is back")]
    internal static partial void StoreWent(ILogger logger, string reason);

    [LoggerMessage(12, LogLevel.Information, "the store can be reached")]
    internal static partial void StoreCame(ILogger logger);

    [LoggerMessage(13, LogLevel.Warning,
        "the hypervisor does not list its domains ({Reason}): known ones are kept, and xenconsoled asks again each second")]
    internal static partial void NoDomains(ILogger logger, string reason);

    [LoggerMessage(14, LogLevel.Warning,
        "another process has the hypervisor's VIRQ_CON_RING ({Reason}): xenconsoled reads the hypervisor's log each second instead")]
    internal static partial void Polls(ILogger logger, string reason);

    [LoggerMessage(15, LogLevel.Warning,
        "the console of domain {XenDomainId} cannot be kept in {Folder} ({Reason}): it works, but a restart of xenconsoled loses its"
        + " waiting data")]
    internal static partial void NotKept(ILogger logger, ushort xenDomainId, string folder, string reason);

    [LoggerMessage(16, LogLevel.Warning, "{Reason}")]
    internal static partial void StoreRefused(ILogger logger, string reason);

    [LoggerMessage(17, LogLevel.Information, "{Status}")]
    internal static partial void Status(ILogger logger, string status);

    [LoggerMessage(18, LogLevel.Critical, "xenconsoled ends because of an internal error: {Fault}")]
    internal static partial void Fault(ILogger logger, string fault);

    [LoggerMessage(19, LogLevel.Warning, "the kernel has no system call filter ({Reason}): xenconsoled goes on without")]
    internal static partial void KeepsPrivileges(ILogger logger, string reason);

    [LoggerMessage(20, LogLevel.Warning,
        "the hypervisor's ring of log messages lost {Lost} bytes before they could be read (conring_size= on its command line makes it"
        + " larger)")]
    internal static partial void HypervisorLogLost(ILogger logger, ulong lost);

    [LoggerMessage(21, LogLevel.Warning,
        "a client of {Socket} was refused: pid {Pid}, {Command}, uid {Uid}; only root and the daemon's own user may look at consoles")]
    internal static partial void Refused(ILogger logger, string socket, int pid, string command, uint uid);

    [LoggerMessage(22, LogLevel.Information, "{Client} (pid {Pid}, uid {Uid}) looks at the console of {Target}{How}")]
    internal static partial void Attached(ILogger logger, string client, int pid, uint uid, string target, string how);

    [LoggerMessage(23, LogLevel.Warning,
        "{File}: full logs cannot be rotated, or old ones not removed: {Reason}; the log goes on, and this is tried again in a minute")]
    internal static partial void NotRotated(ILogger logger, string file, string reason);

    [LoggerMessage(24, LogLevel.Warning,
        "/local/logconsole/{Node} names {File}, which is not a valid absolute path: nothing is logged there")]
    internal static partial void NoSuchLog(ILogger logger, string node, string file);

    [LoggerMessage(25, LogLevel.Warning, "{Warning}")]
    internal static partial void Understood(ILogger logger, string warning);

    [LoggerMessage(26, LogLevel.Warning,
        "{What}: {Reason}; it is tried again each second, and the hypervisor's ring keeps what fits into it")]
    internal static partial void HypervisorLogFails(ILogger logger, string what, string reason);

    [LoggerMessage(27, LogLevel.Information, "the hypervisor's log is written again")]
    internal static partial void HypervisorLogWorks(ILogger logger);
}
