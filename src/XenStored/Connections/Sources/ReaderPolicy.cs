using Xen.Linux;
using Xen.Linux.Files;
using Xen.Linux.Sockets;
using XenStored.Logs;
using XenStored.Options;

namespace XenStored.Connections.Sources;

/// <summary>
/// Who may be a client of the read-only socket. The kernel asks the socket's access list when a process connects. This asks again, of the
/// process that has connected, also when another process of the store goes on with it.
/// </summary>
sealed class ReaderPolicy
{
    readonly HashSet<uint> users, groups;

    ReaderPolicy(IEnumerable<uint> users, IEnumerable<uint> groups) => (this.users, this.groups) = ([.. users], [.. groups]);

    /// <summary>The policy of the settings; null: nobody may connect. A name that the host does not have is logged and left out.</summary>
    internal static ReaderPolicy? Of(ReaderOptions options, ILogger logger)
    {
        var users = Known(options.Users, UserDatabase.Uid, "--reader-user");
        var groups = Known(options.Groups, UserDatabase.Gid, "--reader-group");
        return users.Count + groups.Count > 0 ? new(users, groups) : null;

        List<uint> Known(List<string> names, Func<string, uint?> find, string option)
        {
            foreach (string name in names.Where(name => find(name) is null))
                StoreLog.NoReaderNamed(logger, option, name);
            return [.. names.Select(find).OfType<uint>()];
        }
    }

    /// <summary>Who may connect, for the socket's file. Root may always.</summary>
    internal AccessList AccessList => new(users, groups);

    /// <summary>Whether the process at the other end may be a client.</summary>
    internal bool Admits(FileDescriptor client)
    {
        var peer = UnixSocket.Peer(client);
        return peer.Uid == 0 || users.Contains(peer.Uid) || groups.Contains(peer.Gid)
            || UnixSocket.PeerGroups(client).Any(groups.Contains);
    }
}
