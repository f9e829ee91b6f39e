using System.Text.RegularExpressions;
using XenCommons.Findings;
using XenCommons.Host;

namespace XenCommons.Check;

/// <summary>
/// The bridges of dom0 that guests need which start with the host. It does not matter who makes them (NetworkManager, systemd-networkd,
/// ifupdown, netifrc) or what is on them (a bond, a VLAN): the kernel shows them all alike. Only vif-bridge uses such a bridge. Networks of
/// other scripts, of a driver domain and of Open vSwitch are not checked.
/// </summary>
static partial class BridgeChecks
{
    const string Links = "/sys/class/net";

    /// <summary>The defaults of a network that names nothing itself: those of libxl, which xl.conf overrides.</summary>
    sealed record Defaults(string Bridge, string Script, string Backend);

    internal static IEnumerable<Finding> Look(HostFiles files)
    {
        if (!files.IsFolder(Links))
            yield break; // this is an image of a host that does not run
        var defaults = Read(Uncommented(files.Read("/etc/xen/xl.conf")));
        var wanted = from file in StartedGuests.Of(files)
                     from name in BridgesOf(Uncommented(files.Read(file)), defaults)
                     group file by name into bridge
                     select (Name: bridge.Key, Guest: bridge.First());
        foreach (var (name, guest) in wanted)
        {
            string folder = Links + "/" + Actual(files, name);
            if (!files.Exists(folder))
                yield return new(Severity.Error, "bridges", $"there is no bridge {name}, which a guest wants",
                    $"ip link add {name} type bridge, and have your network's configuration make it at each boot", guest);
            else if (!files.Exists(folder + "/bridge"))
                yield return new(Severity.Error, "bridges", $"{name}, which a guest wants for a bridge, is none",
                    "name a bridge in the guest's configuration, or, if it is one of Open vSwitch, script=vif-openvswitch", guest);
            else if (files.List(folder + "/brif").Count == 0)
                yield return new(Severity.Remark, "bridges",
                    $"nothing is on bridge {name}: guests reach each other and the host there, and no network",
                    $"ip link set ETH master {name}, and have your network's configuration do it at each boot", folder);
            else if (Number(files, folder + "/bridge/stp_state") != "0"
                && Number(files, folder + "/bridge/forward_delay") is var delay and not "0")
                yield return new(Severity.Remark, "bridges",
                    $"bridge {name} runs the spanning tree protocol and lets a new guest's traffic through only after {delay} hundredths of"
                    + " a second:"
                    + " its DHCP may give up before",
                    $"ip link set {name} type bridge forward_delay 0, or stp_state 0", folder);
        }
    }

    static string Number(HostFiles files, string path) => files.Read(path)?.Trim() ?? "0";

    // vif-bridge uses ethN in place of a missing xenbrN if ethN is a bridge. Old hosts were set up in this way.
    static string Actual(HostFiles files, string name) =>
        name.StartsWith("xenbr", StringComparison.Ordinal) && !files.Exists($"{Links}/{name}")
            && files.Exists($"{Links}/eth{name[5..]}/bridge")
            ? "eth" + name[5..] : name;

    static Defaults Read(string settings)
    {
        string Of(string name, string otherwise) =>
            DefaultOfXl().Matches(settings)
                .LastOrDefault(match => match.Groups["name"].Value == name)?.Groups["value"].Value is { Length: > 0 } value
                ? value : otherwise;
        return new(Of("bridge", "xenbr0"), Of("script", "vif-bridge"), Of("backend", ""));
    }

    static IEnumerable<string> BridgesOf(string configuration, Defaults defaults) =>
        from list in Networks().Matches(configuration)
        from network in Quoted().Matches(list.Groups["list"].Value)
        let keys = Keys(network.Groups["text"].Value)
        where Path.GetFileName(keys.GetValueOrDefault("script", defaults.Script)) == "vif-bridge"
        where keys.GetValueOrDefault("backend", defaults.Backend) is "" or "0" or "Domain-0"
        select keys.GetValueOrDefault("bridge", defaults.Bridge);

    static Dictionary<string, string> Keys(string network) =>
        network.Split(',').Select(part => part.Split('=', 2)).Where(parts => parts.Length == 2)
            .GroupBy(parts => parts[0].Trim()).ToDictionary(same => same.Key, same => same.Last()[1].Trim());

    static string Uncommented(string? text) => Comments().Replace(text ?? "", "${kept}");

    // Text between quotes is kept, even a # in it.
    [GeneratedRegex("""(?<kept>"[^"\n]*"|'[^'\n]*')|#.*$""", RegexOptions.Multiline)]
    private static partial Regex Comments();

    [GeneratedRegex(@"(?<![\w.])vif\s*\+?=\s*\[(?<list>[^\]]*)\]")]
    private static partial Regex Networks();

    [GeneratedRegex("""(["'])(?<text>.*?)\1""")]
    private static partial Regex Quoted();

    [GeneratedRegex("""^\s*vif\.default\.(?<name>\w+)\s*=\s*["']?(?<value>[^"'\s]*)""", RegexOptions.Multiline)]
    private static partial Regex DefaultOfXl();
}
