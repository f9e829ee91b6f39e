using System.Text.RegularExpressions;
using Xen.Posix;

namespace XenCommons.Check;

/// <summary>Which services come with the host, whether they fight, and what guests need of the network.</summary>
static partial class ServiceChecks
{
    static readonly string[] Vital = ["xenstored", "xenconsoled"];
    const string DefaultBridge = "xenbr0"; // libxl's
    static readonly TimeSpan ForAnswer = TimeSpan.FromSeconds(5);
    static readonly string[] SystemUnits = ["/usr/lib/systemd/system", "/lib/systemd/system"];
    static readonly string[] UnitFolders = ["/etc/systemd/system", "/run/systemd/system"];

    internal static IEnumerable<Finding> Look(HostFiles files) => [.. Enabled(files), .. Runlevels(files), .. Toolstacks(files), .. Bridges(files), .. Consoles(files)];

    static IEnumerable<Finding> Enabled(HostFiles files)
    {
        bool isSystemd = files.IsFolder("/run/systemd/system"), isOpenRc = files.IsFolder("/etc/runlevels");
        if (!isSystemd && !isOpenRc)
            yield break;
        // Debian's own script starts both; a unit of that name that does not run it is another's (that of our package).
        bool hasDebians = isSystemd ? IsEnabledUnit(files, "xen.service", "xen") && RunsScript(files, "xen") : IsInRunlevel(files, "xen");
        foreach (string service in (string[])[.. Vital, .. isSystemd ? (string[])["xen-init-dom0"] : [], .. files.List("/etc/xen/auto").Count > 0 ? (string[])["xendomains"] : []])
            if (!(hasDebians && service != "xendomains") && IsInstalled(files, service, isSystemd) && !(isSystemd ? IsEnabledUnit(files, service + ".service") : IsInRunlevel(files, service)))
                yield return new(Severity.Warning, "services", $"{service} does not start with the host", isSystemd ? $"systemctl enable {service}" : $"rc-update add {service} default", isSystemd ? UnitFolders[0] : "/etc/runlevels");
        if (isSystemd && hasDebians && IsEnabledUnit(files, "xenstored.service"))
            yield return new(Severity.Error, "services", "two services would start a xenstored: xen and xenstored", "systemctl disable xen", "/etc/rc?.d, " + UnitFolders[0]);
        if (!isSystemd && IsInRunlevel(files, "xen") && IsInRunlevel(files, "xenstored"))
            yield return new(Severity.Error, "services", "two services would start a xenstored: xen and xenstored", "rc-update del xen", "/etc/runlevels");
    }

    // In a runlevel, and not in the one that this host has booted into.
    static IEnumerable<Finding> Runlevels(HostFiles files)
    {
        if (!files.IsOnXen || files.IsFolder("/run/systemd/system"))
            yield break;
        string booted = HostFiles.Option(files.Read("/proc/cmdline"), "softlevel=") ?? "default";
        var levels = Stacked(files, booted);
        foreach (string service in Vital)
        {
            var its = files.List("/etc/runlevels").Select(level => Path.GetFileName(level)!).Where(level => files.List("/etc/runlevels/" + level, service).Count > 0).ToList();
            if (files.IsFolder("/etc/runlevels/" + booted) && its.Count > 0 && !its.Exists(levels.Contains))
                yield return new(Severity.Warning, "services", $"{service} is in runlevel {its[0]}, and this host has booted into {booted}",
                    $"boot Xen with softlevel={its[0]} (GRUB_CMDLINE_LINUX_XEN_REPLACE_DEFAULT=\"softlevel={its[0]}\" in /etc/default/grub), or rc-update add {service} {booted}", "/proc/cmdline, /etc/runlevels");
        }
    }

    // A runlevel, and those that are stacked onto it: folders in its own.
    static HashSet<string> Stacked(HostFiles files, string level)
    {
        HashSet<string> found = [level];
        for (var left = new Queue<string>(found); left.TryDequeue(out string? next);)
            foreach (string below in files.List("/etc/runlevels/" + next).Where(files.IsFolder).Select(path => Path.GetFileName(path)!).Where(found.Add))
                left.Enqueue(below);
        return found;
    }

    // Both would start the same guests, each in its own way.
    static IEnumerable<Finding> Toolstacks(HostFiles files)
    {
        bool HasService(string name) => IsEnabledUnit(files, name + ".service") || IsInRunlevel(files, name);
        if (HasService("xendomains"))
        {
            foreach (string other in new[] { "libvirt-guests", "xapi" }.Where(HasService))
                yield return new(Severity.Warning, "toolstacks", $"{other} and xendomains both start and stop guests with the host", "enable one of them", "enabled services");
            if (HasService("libvirtd"))
                yield return new(Severity.Warning, "toolstacks", "libvirtd and xendomains do not run at once: systemd starts one of the two", "disable one of them", "enabled services");
        }
    }

    static IEnumerable<Finding> Bridges(HostFiles files)
    {
        var wanted = from file in files.List("/etc/xen/auto")
                     let text = files.Read(file)
                     where text is not null
                     where !text.Contains("vif-openvswitch", StringComparison.Ordinal) // its bridges are not the kernel's
                     from name in BridgesOf(files, Comments().Replace(text, ""))
                     group file by name into bridge
                     select (Name: bridge.Key, Guest: bridge.First());
        foreach (var (name, guest) in wanted)
        {
            string folder = $"/sys/class/net/{name}";
            if (!files.Exists(folder))
                yield return new(Severity.Error, "bridges", $"there is no bridge {name}, which a guest wants", $"ip link add {name} type bridge, and have your network's configuration make it", guest);
            else if (!files.Exists(folder + "/bridge"))
                yield return new(Severity.Error, "bridges", $"{name}, which a guest wants for a bridge, is none", "name a bridge in the guest's configuration", guest);
            else if (files.List(folder + "/brif").Count == 0)
                yield return new(Severity.Remark, "bridges", $"nothing is on bridge {name}: guests reach each other and the host there, and no network", $"ip link set ETH master {name}, and have your network's configuration do it", folder);
            else if (files.Read(folder + "/bridge/stp_state")?.Trim() is not (null or "0") && files.Read(folder + "/bridge/forward_delay")?.Trim() is { } delay and not "0")
                yield return new(Severity.Remark, "bridges", $"bridge {name} runs the spanning tree protocol and lets a new guest's traffic through only after {delay} hundredths of a second: its DHCP may give up before", $"ip link set {name} type bridge forward_delay 0, or stp_state 0", folder);
        }
    }

    // A network that names no bridge is put on the toolstack's default.
    static IEnumerable<string> BridgesOf(HostFiles files, string configuration)
    {
        string other = Comments().Replace(files.Read("/etc/xen/xl.conf") ?? "", "").Split('\n').Select(line => DefaultOfXl().Match(line)).LastOrDefault(match => match.Success)?.Groups["name"].Value ?? DefaultBridge;
        return from list in Networks().Matches(configuration)
               from network in Quoted().Matches(list.Groups["list"].Value)
               let text = network.Groups["text"].Value
               where !text.Contains("script=", StringComparison.Ordinal) && !text.Contains("backend=", StringComparison.Ordinal) || text.Contains("bridge=", StringComparison.Ordinal)
               select Bridge().Match(text) is { Success: true } named ? named.Groups["name"].Value : other;
    }

    static IEnumerable<Finding> Consoles(HostFiles files)
    {
        if (files.IsThisHost && files.IsDom0 && !Processes.Named("xenconsoled").Any())
            yield return new(Severity.Error, "console", "no xenconsoled runs: no guest can be made, and those that run stand still once 2 KiB of their output are not taken", "start xenconsoled", "/proc");
        else if (files is { IsThisHost: true, IsDom0: true } && files.Exists("/run/xenconsoled/socket") && Answer() is { } fault)
            yield return new(Severity.Error, "console", $"xenconsoled does not answer ({fault}): guests stand still once 2 KiB of their output are not taken", "restart xenconsoled, which no guest notices", "xenconsoled status");
    }

    // Null, or why it does not answer.
    static string? Answer()
    {
        try
        {
            using var asked = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("xenconsoled", ["status", "--json"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var printed = asked.StandardOutput.ReadToEndAsync();
            if (!printed.Wait(ForAnswer))
            {
                asked.Kill();
                return $"within {ForAnswer.TotalSeconds:0} s";
            }
            asked.WaitForExit();
            return asked.ExitCode == 0 ? null : asked.StandardError.ReadToEnd().Trim();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // it is another one's daemon, which cannot be asked
        }
    }

    static bool IsInstalled(HostFiles files, string service, bool isSystemd) =>
        isSystemd ? SystemUnits.Concat(UnitFolders).Any(folder => files.Exists($"{folder}/{service}.service")) : files.Exists($"/etc/init.d/{service}");

    static bool RunsScript(HostFiles files, string name) =>
        UnitFolders.Concat(SystemUnits).Select(folder => files.Read($"{folder}/{name}.service")).FirstOrDefault(text => text is not null)?.Contains("/etc/init.d/" + name, StringComparison.Ordinal) ?? true;

    // A masked unit is a link to /dev/null.
    static bool IsEnabledUnit(HostFiles files, string unit, string? script = null) =>
        !UnitFolders.Concat(SystemUnits).Any(folder => files.IsMasked($"{folder}/{unit}")) && (UnitFolders.Any(folder => files.List(folder, "*.wants").Any(wants => files.List(wants, unit).Count > 0))
        || script is not null && files.List("/etc", "rc?.d").Any(runlevel => files.List(runlevel, "S??" + script).Count > 0));

    static bool IsInRunlevel(HostFiles files, string service) => files.List("/etc/runlevels").Any(runlevel => files.List(runlevel, service).Count > 0);

    [GeneratedRegex(@"bridge=(?<name>[^,'""\]\s]+)")]
    private static partial Regex Bridge();

    [GeneratedRegex(@"vif\s*=\s*\[(?<list>[^\]]*)\]")]
    private static partial Regex Networks();

    [GeneratedRegex("""(["'])(?<text>.*?)\1""")]
    private static partial Regex Quoted();

    [GeneratedRegex("""^\s*vif\.default\.bridge\s*=\s*["']?(?<name>[^"'\s]+)""")]
    private static partial Regex DefaultOfXl();

    [GeneratedRegex("#.*$", RegexOptions.Multiline)]
    private static partial Regex Comments();
}
