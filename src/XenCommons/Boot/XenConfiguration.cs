using XenCommons.Findings;
using XenCommons.Host;

namespace XenCommons.Boot;

/// <summary>
/// The configuration that xen.efi reads when the firmware or a boot loader starts it. It has sections with kernel=, ramdisk= and options=,
/// and default= in section global names one of them (Xen's docs/misc/efi.pandoc). It has the image's name, or is xen.cfg.
/// </summary>
static class XenConfiguration
{
    /// <summary>The configurations that have an image in the same folder.</summary>
    internal static IEnumerable<string> Find(HostFiles files) =>
        from folder in XenImage.EfiPartitions.Concat(XenImage.EfiFolders(files))
        from image in files.List(folder, "*.efi").Where(XenImage.IsOne)
        from file in new[] { Path.ChangeExtension(image, ".cfg"), folder + "/xen.cfg" }.Where(files.Exists).Distinct()
        group file by files.Real(file) into names
        select names.First();

    /// <summary>Reports configurations whose default has no kernel: xen.efi stops there.</summary>
    internal static IEnumerable<Finding> Look(HostFiles files)
    {
        foreach (string file in Find(files))
        {
            var values = Values(files.Read(file) ?? "");
            bool hasDefault = values.TryGetValue(("global", "default"), out string? section);
            if (hasDefault && !values.ContainsKey((section!, "kernel")) && !values.ContainsKey(("global", "chain")))
                yield return new(Severity.Warning, "boot",
                    $"default={section} names a section that has no kernel=: xen.efi would boot nothing",
                    $"write [{section}] with kernel= and ramdisk=, or name another section", file);
        }
    }

    static Dictionary<(string Section, string Name), string> Values(string text)
    {
        var values = new Dictionary<(string, string), string>();
        string section = "";
        foreach (string line in text.Split('\n').Select(line => line.Trim()))
            if (line.StartsWith('[') && line.EndsWith(']'))
                section = line[1..^1];
            else if (!line.StartsWith('#') && line.IndexOf('=') is var at and > 0)
                values.TryAdd((section, line[..at].Trim()), line[(at + 1)..].Trim());
        return values;
    }
}
