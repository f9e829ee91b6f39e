using System.Globalization;
using Xen.Linux;
using Xen.Linux.Sockets;

namespace Xen.Hosting;

/// <summary>
/// Descriptors that the service's manager keeps while the daemon is down, however it ended (systemd's FDSTORE=1, and whoever else speaks
/// its protocol). Without such a manager nothing is kept, and nothing fails. Not for several threads.
/// </summary>
public sealed class DescriptorStore
{
    const int First = 3; // SD_LISTEN_FDS_START

    readonly string? manager = Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is { Length: > 0 } path ? path : null;
    readonly Queue<(string Text, FileDescriptor? Descriptor)> unsent = new();

    /// <summary>Whether the manager has not yet been told all; then call <see cref="Flush"/> again soon.</summary>
    public bool HasUnsent => unsent.Count > 0;

    /// <summary>
    /// What the manager kept, by name; the caller owns it. To be called once, before the process makes a descriptor that it hands on to
    /// another program.
    /// </summary>
    public static Dictionary<string, FileDescriptor> TakeOver()
    {
        var kept = new Dictionary<string, FileDescriptor>();
        string[] names = (Environment.GetEnvironmentVariable("LISTEN_FDNAMES") ?? "").Split(':');
        bool isOurs = int.TryParse(Environment.GetEnvironmentVariable("LISTEN_PID"), NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && pid == Environment.ProcessId;
        if (isOurs && int.TryParse(Environment.GetEnvironmentVariable("LISTEN_FDS"), NumberStyles.None, CultureInfo.InvariantCulture, out int count))
            for (int i = 0; i < count; i++)
            {
                var descriptor = new FileDescriptor(First + i);
                descriptor.CloseOnExec();
                if (i >= names.Length || !kept.TryAdd(names[i], descriptor))
                    descriptor.Dispose(); // a second one of a name: it was renewed, and the manager was not told in time
            }
        foreach (string variable in (ReadOnlySpan<string>)["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"])
            Environment.SetEnvironmentVariable(variable, null);
        return kept;
    }

    /// <summary>Has a descriptor kept.</summary>
    /// <param name="name">By which it comes back; no colon in it.</param>
    public void Keep(string name, FileDescriptor descriptor) => Tell($"FDSTORE=1\nFDNAME={name}\nFDPOLL=0", descriptor);

    /// <summary>Has a descriptor dropped.</summary>
    public void Drop(string name) => Tell($"FDSTOREREMOVE=1\nFDNAME={name}", null);

    /// <summary>Sends what the manager had no room for.</summary>
    public void Flush()
    {
        while (unsent.TryPeek(out var next))
        {
            // One that was closed meanwhile is not to be kept any more.
            int errno = next.Descriptor is { Number: < 0 } ? 0 : next.Descriptor is { } descriptor ? NotifySocket.Send(manager!, next.Text, descriptor) : NotifySocket.Send(manager!, next.Text);
            if (errno == Errno.EAGAIN)
                return;
            unsent.Dequeue(); // what it refuses for another reason it will always refuse; the daemon is no worse off than without it
        }
    }

    void Tell(string text, FileDescriptor? descriptor)
    {
        if (manager is null)
            return;
        unsent.Enqueue((text, descriptor));
        Flush();
    }
}
