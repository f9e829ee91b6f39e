using System.Buffers.Binary;

namespace Xen.Linux.Files;

/// <summary>
/// Users and groups that may read and write a file beside its owner (acl(5)). It needs no capability: a file of one group would have to be
/// given to that group, and one of several users to everybody.
/// </summary>
/// <param name="users">Their uids.</param>
/// <param name="groups">Their gids.</param>
public sealed class AccessList(IEnumerable<uint> users, IEnumerable<uint> groups)
{
    const string Attribute = "system.posix_acl_access";
    const int HeadSize = 4, EntrySize = 8; // struct posix_acl_xattr_header, struct posix_acl_xattr_entry
    const uint Version = 2, NoId = uint.MaxValue;
    const ushort Owner = 1, User = 2, OwningGroup = 4, Group = 8, Mask = 16, Others = 32;
    const ushort None = 0, ReadAndWrite = 6;

    /// <summary>
    /// Gives the list to a file, in place of the one that it has. Only the owner, these users and these groups may use it.
    /// </summary>
    /// <exception cref="PosixException">ENOTSUP: the file system has no such lists.</exception>
    public unsafe void GiveTo(string path)
    {
        byte[] bytes = Bytes();
        fixed (byte* start = bytes)
            FileDescriptor.Check(Libc.setxattr(path, Attribute, start, (nuint)bytes.Length, 0), "setxattr " + path);
    }

    // The kernel wants the entries of each kind together, and in the order of their ids.
    byte[] Bytes()
    {
        (ushort Kind, ushort Access, uint Id)[] entries =
        [
            (Owner, ReadAndWrite, NoId),
            .. users.Distinct().Order().Select(uid => (User, ReadAndWrite, uid)),
            (OwningGroup, None, NoId),
            .. groups.Distinct().Order().Select(gid => (Group, ReadAndWrite, gid)),
            (Mask, ReadAndWrite, NoId),
            (Others, None, NoId),
        ];
        byte[] bytes = new byte[HeadSize + EntrySize * entries.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Version);
        var rest = bytes.AsSpan(HeadSize);
        foreach (var (kind, access, id) in entries)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(rest, kind);
            BinaryPrimitives.WriteUInt16LittleEndian(rest[2..], access);
            BinaryPrimitives.WriteUInt32LittleEndian(rest[4..], id);
            rest = rest[EntrySize..];
        }
        return bytes;
    }
}
