using XenCommons.Host;

namespace XenCommons.Start;

/// <summary>
/// The modules that the running kernel has. What serves a kind of device goes by an alias as well (xen-backend:vbd), which stays where a
/// kernel calls the module otherwise: openSUSE loads backends so.
/// </summary>
sealed class KernelModules
{
    static readonly Dictionary<string, string> Aliases = new()
    {
        ["xen-blkback"] = "xen-backend:vbd",
        ["xen-netback"] = "xen-backend:vif",
        ["xen-pciback"] = "xen-backend:pci",
        ["xen-scsiback"] = "xen-backend:vscsi",
    };

    // The last is NixOS's.
    static readonly string[] Folders = ["/lib/modules", "/usr/lib/modules", "/run/booted-system/kernel-modules/lib/modules"];

    readonly HashSet<string> builtIn, loadable;
    readonly Dictionary<string, string> named = [];

    internal KernelModules(HostFiles files)
    {
        string folder = Folders.Select(place => $"{place}/{files.Release}").FirstOrDefault(files.IsFolder) ?? "";
        builtIn = Names(files.Read(folder + "/modules.builtin"));
        loadable = Names(files.Read(folder + "/modules.dep"));
        // "alias xen-backend:vbd xen_blkback", and "xen_blkback.alias=xen-backend:vbd" with a zero after it
        foreach (string line in (files.Read(folder + "/modules.alias") ?? "").Split('\n'))
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["alias", var alias, var module])
                named.TryAdd(alias, Plain(module));
        foreach (string line in (files.Read(folder + "/modules.builtin.modinfo") ?? "").Split('\0'))
            if (line.Split(".alias=") is [var module, var alias])
                named.TryAdd(alias, Plain(module));
    }

    /// <summary>Whether the kernel's lists could be read.</summary>
    internal bool IsKnown => builtIn.Count + loadable.Count > 0;

    internal bool IsBuiltIn(string name) => builtIn.Contains(Plain(name));

    internal bool Has(string name) => builtIn.Contains(Plain(name)) || loadable.Contains(Plain(name));

    /// <summary>What this kernel calls a module that is named, or named by an alias; the name itself if it has no other for it.</summary>
    internal string Today(string name) =>
        !Has(name) && named.TryGetValue(Aliases.GetValueOrDefault(name, name), out string? other) && Has(other) ? other : name;

    /// <summary>To the kernel - and _ are one.</summary>
    internal static string Plain(string name) => name.Replace('-', '_');

    // "kernel/drivers/xen/xen-evtchn.ko.xz: …" or "kernel/drivers/xen/xen-evtchn.ko"
    static HashSet<string> Names(string? list) =>
        (list ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => Path.GetFileName(line.Split(':')[0]).Split(".ko")[0])
            .Select(Plain).ToHashSet(StringComparer.Ordinal);
}
