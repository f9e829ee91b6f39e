using System.Globalization;

namespace Xen.Linux.Files;

/// <summary>
/// The users and groups of the host's own files (passwd(5), group(5)). What a network's directory has is not looked up, because a daemon
/// must not wait for a network.
/// </summary>
public static class UserDatabase
{
    /// <summary>The uid of a user, by the name or the number itself; null: there is no such user.</summary>
    public static uint? Uid(string user) => Number(user) ?? Find("/etc/passwd", user);

    /// <summary>The gid of a group, by the name or the number itself; null: there is no such group.</summary>
    public static uint? Gid(string group) => Number(group) ?? Find("/etc/group", group);

    // The largest number is no id: in system calls it stands for none.
    static uint? Number(string text) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) && number != uint.MaxValue ? number : null;

    // A line is name:password:id, and more. A host without the file has no such name either.
    static uint? Find(string file, string name) => FileFault.Otherwise(
        () => File.ReadLines(file).Select(line => line.Split(':')).Where(fields => fields.Length > 2 && fields[0] == name)
            .Select(fields => Number(fields[2])).FirstOrDefault(), null);
}
