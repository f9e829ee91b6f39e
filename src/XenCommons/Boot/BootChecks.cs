using XenCommons.Findings;
using XenCommons.Host;

namespace XenCommons.Boot;

/// <summary>Checks whether the host boots into Xen, and into which runlevel. Mere likelihoods are not reported.</summary>
static class BootChecks
{
    const string Topic = "boot", GrubSettings = "/etc/default/grub";

    internal static IEnumerable<Finding> Look(HostFiles files)
    {
        var images = XenImage.Find(files);
        var menus = BootMenu.Find(files);
        Finding[] missing = [.. Missing(files, menus)];
        return
        [
            .. missing.Length > 0 ? missing : [.. Images(files, images, menus), .. Menus(files, images, menus)],
            .. XenConfiguration.Look(files), .. Runlevels(files, menus),
        ];
    }

    // If there are several boot loaders, the firmware may start any of them.
    static IEnumerable<Finding> Missing(HostFiles files, IReadOnlyList<BootMenu> menus)
    {
        if (menus.Count == 0 || menus[0].MissingXen(files) is not { } path || menus.Any(menu => menu.MissingXen(files) is null))
            yield break;
        yield return new(Severity.Error, Topic,
            menus[0].Default is { IsXen: true } entry
                ? $"the boot loader boots `{entry.Title}` by default, and its hypervisor {path} is not there: the host would not start"
                : $"no entry for Xen can start: its hypervisor {path} is not there",
            IsGrub(menus[0].File) ? $"install that version of Xen again, or {HowToAdd(menus[0].File)}"
                : "install that version of Xen again, or name an image that is there",
            menus[0].File);
    }

    static IEnumerable<Finding> Images(HostFiles files, IReadOnlyList<string> images, IReadOnlyList<BootMenu> menus)
    {
        if (images.Count > 0 || files.IsOnXen && menus.Any(menu => menu.OffersXen == true))
            yield break;
        if (!files.List("/boot").Any(path => !Path.GetFileName(path).StartsWith('.')))
            yield return new(Severity.Remark, Topic, "/boot is empty: its file system is not mounted", "mount it, and look again", "/boot");
        else
            yield return files.IsOnXen
                ? new(Severity.Remark, Topic, "there is no hypervisor in /boot: this host has it from elsewhere",
                    "see that an upgrade of Xen reaches the place it is booted from", "/boot/xen*.gz")
                : new(Severity.Error, Topic, "there is no hypervisor in /boot", "install Xen", "/boot/xen*.gz");
    }

    // A boot without Xen is reported once, with its reason if that is known.
    static IEnumerable<Finding> Menus(HostFiles files, IReadOnlyList<string> images, IReadOnlyList<BootMenu> menus)
    {
        string now = files.IsOnXen ? "" : "; this host has booted without it";
        if (images.Count == 0)
            yield break;
        bool isNowhere = menus.Count > 0 && menus.All(menu => menu.OffersXen == false);
        if (isNowhere && files.IsOnXen
            && images.Any(image =>
                image.EndsWith(".efi", StringComparison.OrdinalIgnoreCase) && image.Contains("/EFI/", StringComparison.Ordinal)))
            yield break; // Xen runs, so the firmware may have started that image
        if (isNowhere)
            yield return new(Severity.Error, Topic, "the boot loader has no entry for Xen" + now, HowToAdd(menus[0].File), menus[0].File);
        else if (menus.Count > 0 && menus.All(menu => menu.Default is { IsXen: false }))
            yield return menus[0].IsOnce
                ? new(Severity.Remark, Topic, $"the next boot, and only that, is `{menus[0].Default!.Title}`, which is without Xen{now}",
                    IsGrub(menus[0].File)
                        ? "if that is not meant: grub-editenv - unset next_entry"
                        : "if that is not meant: bootctl set-oneshot \"\"",
                    menus[0].File)
                : new(Severity.Warning, Topic, $"the boot loader boots `{menus[0].Default!.Title}` by default, which is without Xen{now}",
                    HowToChoose(menus[0].File), menus[0].File);
        else if (!files.IsOnXen)
            yield return new(Severity.Warning, Topic, "Xen is installed, and the host has booted without it",
                "choose its entry in the boot loader's menu" + (menus.Count > 0 ? $"; for each boot: {HowToChoose(menus[0].File)}" : ""),
                "/sys/hypervisor");
    }

    static bool IsGrub(string file) => Path.GetFileName(file) == "grub.cfg";

    static string HowToAdd(string file) =>
        IsGrub(file) ? "run update-grub, or grub-mkconfig -o " + file : "write one that loads Xen, and the kernel after it";

    static string HowToChoose(string file) =>
        IsGrub(file) ? $"name Xen's entry in GRUB_DEFAULT= of /etc/default/grub, and {HowToAdd(file)}"
            + " (with GRUB_DEFAULT=saved: grub-set-default ENTRY)"
        : Path.GetFileName(file) == "loader.conf" ? "name Xen's entry by bootctl set-default, or in default of loader.conf"
        : "make Xen's label the default";

    // OpenRC enters the runlevel that softlevel= names. A runlevel that does not exist leaves a host without any service.
    static IEnumerable<Finding> Runlevels(HostFiles files, IReadOnlyList<BootMenu> menus)
    {
        if (!files.IsFolder("/etc/runlevels"))
            yield break;
        (string? Level, string Source)[] levels =
        [
            (HostFiles.Option(files.Read("/proc/cmdline"), "softlevel="), "/proc/cmdline"),
            .. from file in menus.Select(menu => menu.File).Append(GrubSettings)
               from line in (files.Read(file) ?? "").Split('\n')
               where !line.TrimStart().StartsWith('#')
               select (HostFiles.Option(line.Replace('"', ' ').Replace('\'', ' '), "softlevel="), file),
        ];
        foreach (var (level, source) in levels.Where(level => level.Level is { Length: > 0 }).DistinctBy(level => level.Level))
            if (!files.IsFolder("/etc/runlevels/" + level))
                yield return new(Severity.Error, "runlevel",
                    $"softlevel={level} names a runlevel that is not there: the host would boot without services",
                    $"install -d /etc/runlevels/{level}; rc-update -s add default {level}", source);
    }
}
