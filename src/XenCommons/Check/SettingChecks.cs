using Xen.Hosting.Settings;
using XenCommons.Findings;
using XenCommons.Host;
using XenCommons.Store;

namespace XenCommons.Check;

/// <summary>
/// Finds settings that other scripts follow and ours do not, if ours are the ones that start. Also finds settings that keep the store from
/// starting.
/// </summary>
static class SettingChecks
{
    const string Topic = "settings", DebiansFile = "/etc/default/xen";

    internal static IEnumerable<Finding> Look(HostFiles files) =>
        !OwnService.IsInstalled(files) || ServiceChecks.HasDebians(files) ? []
        : [.. Debians(files), .. Store(files), .. Others(files), .. Suses(files)];

    static string SourceOf(HostFiles files, string service) =>
        string.Join(", ", OwnService.SettingFiles(files, service).Where(files.Exists));

    static Func<string, string?> SettingOf(HostFiles files, string service) => OwnService.SettingOf(files, service);

    static IEnumerable<Finding> Debians(HostFiles files)
    {
        var debians = files.Settings(DebiansFile);
        string[] unseen = [.. from service in (string[])["xenstored", "xenconsoled"]
                              let name = service.ToUpperInvariant() + "_ARGS"
                              where debians.GetValueOrDefault(name) is { Length: > 0 } value && SettingOf(files, service)(name) != value
                              select name];
        if (unseen.Length > 0)
            yield return new(Severity.Warning, Topic,
                $"{ServiceChecks.Listed(unseen)} of {DebiansFile} {(unseen.Length == 1 ? "is" : "are")} not seen by these daemons:"
                + " that file belongs to Debian's own script",
                $"write what you want of it into {OwnService.SettingFiles(files, "xenstored")[0]}", DebiansFile);
    }

    // Reads them as `xencommons xenstored` will.
    static IEnumerable<Finding> Store(HostFiles files)
    {
        string source = SourceOf(files, "xenstored");
        StoreLaunch launch;
        try
        {
            launch = StoreLaunch.Of(SettingOf(files, "xenstored"), "xenstored", StoreLaunch.DomainMaker(files), staysInForeground: true);
        }
        catch (UsageException e)
        {
            return
            [
                new(Severity.Error, Topic, $"xenstored will not start: {e.Message}",
                    "write a value that xencommons(8) names, or remove the setting", source),
            ];
        }
        return launch.Remarks.Select(remark => FindingOf(remark, source));
    }

    // systemd's unit of xenconsoled reads the first name only.
    static IEnumerable<Finding> Others(HostFiles files)
    {
        var console = SettingOf(files, "xenconsoled");
        string[] unread =
        [
            .. OwnService.IsOpenRc(files) || console("XENCONSOLED_ARGS") is { Length: > 0 }
                ? ServiceOptions.Of(console, "XENCONSOLED_ARGS", "XENCONSOLED_OPTS").Unread
                : console("XENCONSOLED_OPTS") is { Length: > 0 }
                ? (string[])["XENCONSOLED_OPTS is not read with systemd: write it as XENCONSOLED_ARGS"] : [],
        ];
        var qemu = ServiceOptions.Of(SettingOf(files, "xenqemudev"), ServiceOptions.OfQemu);
        return
        [
            .. unread.Select(one => FindingOf(one, SourceOf(files, "xenconsoled"))),
            .. qemu.Unread.Select(one => FindingOf(one, SourceOf(files, "xenqemudev"))),
        ];
    }

    // A sentence names the fault, and after its colon the remedy.
    static Finding FindingOf(string sentence, string source)
    {
        string[] halves = sentence.Split(": ", 2);
        return new(Severity.Warning, Topic, halves[0], halves[1], source);
    }

    static IEnumerable<Finding> Suses(HostFiles files)
    {
        bool isSuse = (files.Read("/etc/os-release") ?? "").Contains("suse", StringComparison.OrdinalIgnoreCase);
        if (isSuse && files.Exists("/usr/lib/xen/boot/xenstore-stubdom.gz") && SettingOf(files, "xenstored")("XENSTORETYPE") is null or "")
            yield return new(Severity.Remark, Topic,
                "XENSTORETYPE is not set: these daemons then start a daemon, openSUSE's own scripts a domain for the store",
                "write XENSTORETYPE=domain if you want that", "/etc/sysconfig/xencommons");
    }
}
