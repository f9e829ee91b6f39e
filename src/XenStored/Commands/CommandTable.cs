using Xen.Protocol.Wire;
using XenStored.Commands.Control;

namespace XenStored.Commands;

/// <summary>Every request of the protocol.</summary>
static class CommandTable
{
    /// <summary>The types of requests are numbers below this.</summary>
    internal const int Types = (int)MessageType.SetQuota + 1;

    static readonly CommandRow?[] Commands = new CommandRow?[Types];

    static CommandTable()
    {
        Add(MessageType.Control, new("CONTROL", ControlCommands.Run, IsPrivileged: true));
        Add(MessageType.Directory, new("DIRECTORY", NodeCommands.Directory, IsOfNodes: true, IsForReaders: true));
        Add(MessageType.Read, new("READ", NodeCommands.Read, IsOfNodes: true, IsForReaders: true));
        Add(MessageType.GetPerms, new("GET_PERMS", PermissionCommands.GetPerms, IsOfNodes: true, IsForReaders: true));
        Add(MessageType.Watch, new("WATCH", WatchCommands.Watch, IsOfWatches: true, IsForReaders: true));
        Add(MessageType.Unwatch, new("UNWATCH", WatchCommands.Unwatch, IsOfWatches: true, IsForReaders: true));
        Add(MessageType.TransactionStart, new("TRANSACTION_START", TransactionCommands.Start, IsForReaders: true));
        Add(MessageType.TransactionEnd, new("TRANSACTION_END", TransactionCommands.End, IsWrite: true, IsForReaders: true));
        Add(MessageType.Introduce, new("INTRODUCE", DomainCommands.Introduce, IsPrivileged: true));
        Add(MessageType.Release, new("RELEASE", DomainCommands.Release, IsPrivileged: true));
        Add(MessageType.GetDomainPath, new("GET_DOMAIN_PATH", DomainCommands.GetPath, IsForReaders: true));
        Add(MessageType.Write, new("WRITE", NodeCommands.Write, IsOfNodes: true, IsWrite: true));
        Add(MessageType.Mkdir, new("MKDIR", NodeCommands.Mkdir, IsOfNodes: true, IsWrite: true));
        Add(MessageType.Rm, new("RM", NodeCommands.Rm, IsOfNodes: true, IsWrite: true));
        Add(MessageType.SetPerms, new("SET_PERMS", PermissionCommands.SetPerms, IsOfNodes: true, IsWrite: true));
        Add(MessageType.IsDomainIntroduced,
            new("IS_DOMAIN_INTRODUCED", DomainCommands.IsIntroduced, IsPrivileged: true, IsForReaders: true));
        Add(MessageType.Resume, new("RESUME", DomainCommands.Resume, IsPrivileged: true));
        Add(MessageType.SetTarget, new("SET_TARGET", DomainCommands.SetTarget, IsPrivileged: true));
        Add(MessageType.ResetWatches, new("RESET_WATCHES", WatchCommands.Reset, IsForReaders: true));
        Add(MessageType.DirectoryPart, new("DIRECTORY_PART", NodeCommands.DirectoryPart, IsOfNodes: true, IsForReaders: true));
        Add(MessageType.GetFeature, new("GET_FEATURE", DomainCommands.GetFeature, IsForReaders: true));
        Add(MessageType.SetFeature, new("SET_FEATURE", DomainCommands.SetFeature, IsPrivileged: true));
        Add(MessageType.GetQuota, new("GET_QUOTA", QuotaCommands.Get, IsPrivileged: true, IsForReaders: true));
        Add(MessageType.SetQuota, new("SET_QUOTA", QuotaCommands.Set, IsPrivileged: true));
    }

    /// <summary>
    /// The request of a type; null for a type that is not a request (ENOSYS): WATCH_EVENT, ERROR, the retired 20, unknown numbers.
    /// </summary>
    internal static CommandRow? Find(MessageType type) => (uint)type < (uint)Commands.Length ? Commands[(int)type] : null;

    /// <summary>A type's name in traces.</summary>
    internal static string Name(MessageType type) =>
        Find(type)?.Name ?? type switch { MessageType.WatchEvent => "WATCH_EVENT", MessageType.Error => "ERROR", _ => "**UNKNOWN**" };

    static void Add(MessageType type, CommandRow command) => Commands[(int)type] = command;
}
