using Xen.Linux.Files;

namespace Xen.Linux.Sockets;

/// <summary>Who is at the other end of a Unix socket (SO_PEERCRED).</summary>
/// <param name="Pid">The process that connected; 0 if that is unknown.</param>
/// <param name="Uid">Its user when it connected.</param>
/// <param name="Gid">Its group when it connected.</param>
public readonly record struct PeerCredentials(int Pid, uint Uid, uint Gid)
{
    /// <summary>
    /// The name of the process's command; "?" if the process ended or the name may not be read. A process chooses its name: what could
    /// begin another line of a log is a "?" in it.
    /// </summary>
    public string Command
    {
        get
        {
            string file = $"/proc/{Pid}/comm", name = FileFault.Otherwise(() => File.ReadAllText(file).TrimEnd('\n'), "?");
            return string.Concat(name.Select(letter => char.IsControl(letter) ? '?' : letter));
        }
    }
}
