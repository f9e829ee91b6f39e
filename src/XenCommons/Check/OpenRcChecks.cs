using System.Globalization;
using XenCommons.Findings;
using XenCommons.Host;
using XenCommons.Store;

namespace XenCommons.Check;

/// <summary>
/// Finds services whose state OpenRC does not report correctly. If supervise-daemon has given up a daemon, OpenRC calls it "stopped", like
/// one that nobody started, and only a file shows the difference. Debian 12's OpenRC (0.45) keeps a daemon without a supervisor as running
/// for ever, and does not start it.
/// </summary>
static class OpenRcChecks
{
    const string State = "/run/openrc", Levels = "/etc/runlevels";
    static readonly (string Name, Severity Severity)[] Services =
    [
        ("xencommons", Severity.Error), ("xenstored", Severity.Error), ("xenconsoled", Severity.Error),
        ("xendomains", Severity.Warning), ("xen-watchdog", Severity.Warning), ("xenqemudev", Severity.Warning),
    ];

    internal static IEnumerable<Finding> Look(HostFiles files) =>
        files.IsFolder(State) && !files.IsFolder("/run/systemd/system") ? [.. GivenUp(files), .. Dead(files), .. Qemus(files)] : [];

    static IEnumerable<Finding> GivenUp(HostFiles files) =>
        from service in Services
        where Has(files, "failed", service.Name) && !Has(files, "started", service.Name)
        select new Finding(service.Severity, "services",
            $"{service.Name} did not start, or ended so often that OpenRC gave it up (and calls it stopped)",
            $"its log says why; rc-service {service.Name} start", $"{State}/failed/{service.Name}");

    static IEnumerable<Finding> Dead(HostFiles files)
    {
        string? written = files.Read(StoreLaunch.PidFile)?.Trim();
        bool hasPid = int.TryParse(written, NumberStyles.None, CultureInfo.InvariantCulture, out int pid);
        if (hasPid && Has(files, "started", "xenstored") && !files.Exists($"/proc/{pid}"))
            yield return new(Severity.Error, "services", "xenstored has ended, and OpenRC believes that it runs: a start starts nothing",
                "rc-service xenstored restart; guests go on if it was our store, and else they are without disks and networks until they"
                + " are started again",
                StoreLaunch.PidFile);
    }

    // Alpine's service does what our script does. Its script may be gone with Alpine's package.
    static IEnumerable<Finding> Qemus(HostFiles files)
    {
        if (!InLevel(files, "xenqemu"))
            yield break;
        if (!files.Exists("/etc/init.d/xenqemu"))
            yield return new(Severity.Warning, "services", "xenqemu is in a runlevel, and there is no such script: no QEMU serves domain 0",
                "rc-update del xenqemu; rc-update add xenqemudev default, with XENQEMUDEV_FILE_BACKEND_ENABLE=yes", Levels);
        else if (InLevel(files, "xenqemudev"))
            yield return new(Severity.Error, "services", "two services would start a QEMU for domain 0: xenqemu and xenqemudev",
                "rc-update del xenqemu", Levels);
    }

    static bool Has(HostFiles files, string state, string service) => files.List($"{State}/{state}", service).Count > 0;

    static bool InLevel(HostFiles files, string service) => files.List(Levels).Any(level => files.List(level, service).Count > 0);
}
