using XenCommons.Host;

namespace XenCommons.Start;

/// <summary>
/// The modules of the running kernel. A module that serves a kind of device also has an alias (xen-backend:vbd). The alias stays the same
/// when a kernel names the module differently. openSUSE loads backends by it.
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

    // The last folder is NixOS's.
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

    /// <summary>This kernel's name for a module, which is given by another name or by an alias; else the given name.</summary>
    internal string Today(string name) =>
        !Has(name) && named.TryGetValue(Aliases.GetValueOrDefault(name, name), out string? other) && Has(other) ? other : name;

    /// <summary>The kernel treats - and _ in names alike.</summary>
    internal static string Plain(string name) => name.Replace('-', '_');

    // "kernel/drivers/xen/xen-evtchn.ko.xz: …" or "kernel/drivers/xen/xen-evtchn.ko"
    static HashSet<string> Names(string? list) =>
        (list ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => Path.GetFileName(line.Split(':')[0]).Split(".ko")[0])
            .Select(Plain).ToHashSet(StringComparer.Ordinal);
}
