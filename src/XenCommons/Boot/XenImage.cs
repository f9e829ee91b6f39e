using System.Text.RegularExpressions;
using XenCommons.Host;

namespace XenCommons.Boot;

/// <summary>The hypervisor's images: their names, and the folders of the distributions.</summary>
static partial class XenImage
{
    /// <summary>Where EFI's system partition may be mounted.</summary>
    internal static readonly string[] EfiPartitions = ["/boot/efi", "/efi", "/boot"];

    /// <summary>
    /// Whether a file is the hypervisor by its name. "xen" must be a word of the name (xen.gz, xen-4.17-amd64.gz, xen-4.19.0.efi, NixOS's
    /// HASH-xen-4.18-boot-xen.gz). Kernels and the hypervisor's companions (symbols, policy, configuration) do not count.
    /// </summary>
    internal static bool IsOne(string path)
    {
        string name = path[(path.LastIndexOfAny(['/', '\\']) + 1)..];
        return Word().IsMatch(name) && !Other().IsMatch(name);
    }

    /// <summary>The host's images in the places where boot loaders find them.</summary>
    internal static IReadOnlyList<string> Find(HostFiles files) =>
    [
        .. from folder in (string[])["/boot", .. files.List("/boot").Where(files.IsFolder), "/efi", .. EfiFolders(files)]
           from path in files.List(folder)
           where IsOne(path) && !files.IsFolder(path)
           group path by files.Real(path) into names
           select names.First(),
    ];

    /// <summary>Each system's folder on an EFI partition: EFI/debian, EFI/nixos.</summary>
    internal static IEnumerable<string> EfiFolders(HostFiles files) =>
        EfiPartitions.SelectMany(partition => files.List(partition + "/EFI")).Where(files.IsFolder);

    [GeneratedRegex(@"(^|[-_.])xen([-_.\d]|$)", RegexOptions.IgnoreCase)]
    private static partial Regex Word();

    [GeneratedRegex(@"linu[xz]|bzimage|kernel|initr|syms|policy|shim|^(config|system\.map)|\.(cfg|conf|config|map|img|txt|sig|elf|mod)$",
        RegexOptions.IgnoreCase)]
    private static partial Regex Other();
}
