using System.Globalization;
using Xen.Linux;
using Xen.Linux.Sockets;

namespace Xen.Hosting;

/// <summary>
/// Descriptors that the service's manager keeps while the daemon is down, even after a crash (systemd's FDSTORE=1, and other managers with
/// that protocol). Without such a manager nothing is kept, and nothing fails. Only one thread may use it.
/// </summary>
public sealed class DescriptorStore
{
    const int First = 3; // SD_LISTEN_FDS_START

    readonly string? manager = Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is { Length: > 0 } path ? path : null;
    readonly Queue<(string Text, FileDescriptor? Descriptor)> unsent = new();

    /// <summary>Whether messages to the manager wait. Then call <see cref="Flush"/> again soon.</summary>
    public bool HasUnsent => unsent.Count > 0;

    /// <summary>
    /// Takes the descriptors that the manager kept, by name. The caller owns them. Call this once, before the process starts a program that
    /// inherits descriptors.
    /// </summary>
    public static Dictionary<string, FileDescriptor> TakeOver()
    {
        var kept = new Dictionary<string, FileDescriptor>();
        foreach (var (name, descriptor) in TakeAll())
            if (!kept.TryAdd(name, descriptor))
                descriptor.Dispose(); // two of one name: it was replaced, and the message to drop the old one did not get through
        return kept;
    }

    /// <summary>Takes what the manager gives, with its names: several sockets of one unit have the same. Otherwise as above.</summary>
    public static List<(string Name, FileDescriptor Descriptor)> TakeAll()
    {
        var given = new List<(string, FileDescriptor)>();
        string[] names = (Environment.GetEnvironmentVariable("LISTEN_FDNAMES") ?? "").Split(':');
        if (Number("LISTEN_PID") == Environment.ProcessId && Number("LISTEN_FDS") is { } count)
            for (int i = 0; i < count; i++)
            {
                var descriptor = new FileDescriptor(First + i);
                descriptor.CloseOnExec();
                if (i < names.Length)
                    given.Add((names[i], descriptor));
                else
                    descriptor.Dispose();
            }
        foreach (string variable in (ReadOnlySpan<string>)["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"])
            Environment.SetEnvironmentVariable(variable, null);
        return given;
        static int? Number(string variable)
        {
            string? text = Environment.GetEnvironmentVariable(variable);
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
        }
    }

    /// <summary>Asks the manager to keep a descriptor.</summary>
    /// <param name="name">The name under which it comes back. It must have no colon.</param>
    public void Keep(string name, FileDescriptor descriptor) => Send($"FDSTORE=1\nFDNAME={name}\nFDPOLL=0", descriptor);

    /// <summary>Asks the manager to drop a descriptor.</summary>
    public void Drop(string name) => Send($"FDSTOREREMOVE=1\nFDNAME={name}", null);

    /// <summary>Sends the messages that the manager's queue had no space for.</summary>
    public void Flush()
    {
        while (unsent.TryPeek(out var next))
        {
            int errno = next.Descriptor switch
            {
                { Number: < 0 } => 0, // it was closed meanwhile and need not be kept any more
                { } descriptor => NotifySocket.Send(manager!, next.Text, descriptor),
                null => NotifySocket.Send(manager!, next.Text),
            };
            if (errno == Errno.EAGAIN)
                return;
            unsent.Dequeue(); // after another error the message would never be taken; the daemon works without the manager, too
        }
    }

    void Send(string text, FileDescriptor? descriptor)
    {
        if (manager is null)
            return;
        unsent.Enqueue((text, descriptor));
        Flush();
    }
}
