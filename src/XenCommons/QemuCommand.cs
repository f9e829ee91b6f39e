using System.Globalization;
using Xen.Client;
using Xen.Linux;
using Xen.Linux.Processes;
using XenCommons.Host;

namespace XenCommons;

/// <summary>
/// `xencommons qemu-dom0`: becomes the QEMU that serves disks of any format to domain 0 itself (xenqemudev, xen-qemu-dom0-disk-backend).
/// It stays in the foreground and writes its pid to the store. libxl looks for that, and without it takes the backend for absent.
/// </summary>
static class QemuCommand
{
    const int Well = 0, NotThere = 1;
    const string PidNode = "/local/domain/0/image/device-model-pid";

    // Xen's own builds come first, in the distributions' places. The system's QEMU follows.
    static readonly string[] Places =
    [
        "/usr/libexec/xen-qemu-system-i386", "/usr/lib/xen/bin/qemu-system-i386", "/usr/libexec/xen/bin/qemu-system-i386",
        "/usr/lib64/xen/bin/qemu-system-i386",
        "/usr/bin/qemu-system-i386", "/usr/bin/qemu-system-x86_64",
    ];

    static readonly string[] Arguments =
    [
        "-xen-domid", "0", "-xen-attach", "-name", "dom0", "-nographic", "-M", "xenpv", "-nodefaults", "-no-user-config",
        "-monitor", "/dev/null", "-serial", "/dev/null", "-parallel", "/dev/null",
    ];

    // What QEMU may not do: use obsolete system calls, get more rights, start programs, set CPUs and priorities. Not every build can do
    // that.
    const string Sandbox = "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny";

    static readonly TimeSpan ForVersion = TimeSpan.FromMinutes(1);

    /// <summary>Reports whether there is a QEMU, becomes it, or notes that it is gone.</summary>
    internal static async Task<int> RunAsync(CommonsOptions options)
    {
        if (options.IsGone)
        {
            await NoteAsync(options, store => store.RemoveAsync(PidNode)).ConfigureAwait(false);
            return Well;
        }
        if (Find() is not { } program)
        {
            Console.WriteLine($"there is no QEMU for disks of domain 0, and none is needed unless `xl block-attach 0` or pygrub has to read"
                + $" images of other formats: {string.Join(", ", Places)}");
            return NotThere;
        }
        if (options.FindsOnly)
        {
            Console.WriteLine(program);
            return Well;
        }
        if (!await NoteAsync(options, store => store.WriteAsync(PidNode, Environment.ProcessId.ToString(CultureInfo.InvariantCulture)))
            .ConfigureAwait(false))
            return NotThere;
        var more = ServiceOptions.Of(Environment.GetEnvironmentVariable, ServiceOptions.OfQemu);
        foreach (string unread in more.Unread)
            StandardError.WriteLine("xencommons: " + unread);
        string[] sandbox = await KnowsAsync(program, Sandbox).ConfigureAwait(false) ? ["-sandbox", Sandbox] : [];
        throw new PosixException("exec " + program, ProcessTable.Become(program, [program, .. Arguments, .. sandbox, .. more.Words]));
    }

    static async Task<bool> KnowsAsync(string program, string sandbox)
    {
        try
        {
            return (await ChildProcess.RunAsync(program, ["-sandbox", sandbox, "-version"], ForVersion).ConfigureAwait(false)).Status == 0;
        }
        catch (PosixException)
        {
            return false; // the later start reports that it cannot be run
        }
    }

    static string? Find() =>
        Environment.GetEnvironmentVariable("QEMU_XEN") is { Length: > 0 } wanted ? (File.Exists(wanted) ? wanted : null)
            : Places.FirstOrDefault(File.Exists);

    static async Task<bool> NoteAsync(CommonsOptions options, Func<StoreClient, Task> change)
    {
        try
        {
            await using var store = new HostStore(options.Hypervisor).Connect();
            await change(store).ConfigureAwait(false);
            return true;
        }
        catch (IOException e)
        {
            StandardError.WriteLine($"xencommons: {e.Message}");
            return false;
        }
    }
}
