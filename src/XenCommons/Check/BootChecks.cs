namespace XenCommons.Check;

/// <summary>Whether the host boots into Xen, and into which runlevel.</summary>
static class BootChecks
{
    static readonly string[] GrubFiles = ["/boot/grub/grub.cfg", "/boot/grub2/grub.cfg", "/boot/efi/EFI/gentoo/grub.cfg"];
    const string GrubSettings = "/etc/default/grub";

    internal static IEnumerable<Finding> Look(HostFiles files)
    {
        var images = files.List("/boot", "xen*").Where(path => path.EndsWith(".gz", StringComparison.Ordinal) || path.EndsWith(".efi", StringComparison.Ordinal)).ToList();
        bool isMounted = files.List("/boot").Any(path => !Path.GetFileName(path).StartsWith('.'));
        if (!isMounted)
            yield return new(Severity.Remark, "boot", "/boot is empty: its file system is not mounted", "mount it, and look again", "/boot");
        else if (images.Count == 0)
            yield return files.IsOnXen
                ? new(Severity.Remark, "boot", "there is no hypervisor in /boot: this host has it from elsewhere", "see that an upgrade of Xen reaches the place it is booted from", "/boot/xen*.gz")
                : new(Severity.Error, "boot", "there is no hypervisor in /boot", "install Xen", "/boot/xen*.gz");
        string? grubFile = GrubFiles.FirstOrDefault(files.Exists), grub = grubFile is null ? null : files.Read(grubFile);
        bool isOffered = grub is not null && grub.Split('\n').Any(GrubMenu.IsXenLine);
        if (grub is not null && images.Count > 0 && !isOffered)
            yield return new(Severity.Error, "boot", "the boot loader has no entry for Xen", "update-grub or grub-mkconfig -o " + grubFile, grubFile!);
        if (isOffered && images.Count > 0 && GrubMenu.Default(grub!, files.Read(Path.GetDirectoryName(grubFile) + "/grubenv")) is { IsXen: false } entry)
            yield return new(Severity.Warning, "boot", $"the boot loader boots `{entry.Title}` if nobody chooses, which is without Xen", "name Xen's entry in GRUB_DEFAULT= of /etc/default/grub, or GRUB_DEFAULT=saved and grub-set-default ENTRY", grubFile!);
        if (!files.IsOnXen && images.Count > 0)
            yield return new(Severity.Warning, "boot", "Xen is installed, and the host has booted without it", "choose its entry in the boot loader, and make it the default (GRUB_DEFAULT= in /etc/default/grub)", "/sys/hypervisor");
        foreach (var finding in Runlevels(files, grub, grubFile))
            yield return finding;
    }

    // OpenRC goes to the runlevel that softlevel= names; one that does not exist leaves a host without any service.
    static IEnumerable<Finding> Runlevels(HostFiles files, string? grub, string? grubFile)
    {
        if (!files.IsFolder("/etc/runlevels"))
            yield break;
        (string? Level, string Source)[] levels =
        [
            (HostFiles.Option(files.Read("/proc/cmdline"), "softlevel="), "/proc/cmdline"),
            .. (grub ?? "").Split('\n').Select(line => (HostFiles.Option(line, "softlevel="), grubFile ?? "")),
            .. (files.Read(GrubSettings) ?? "").Split('\n').Where(line => !line.TrimStart().StartsWith('#')).Select(line => (HostFiles.Option(line.Replace('"', ' ').Replace('\'', ' '), "softlevel="), GrubSettings)),
        ];
        foreach (var (level, source) in levels.Where(level => level.Level is { Length: > 0 }).DistinctBy(level => level.Level))
            if (!files.IsFolder("/etc/runlevels/" + level))
                yield return new(Severity.Error, "runlevel", $"softlevel={level} names a runlevel that is not there: the host would boot without services", $"install -d /etc/runlevels/{level}; rc-update -s add default {level}", source);
    }
}
