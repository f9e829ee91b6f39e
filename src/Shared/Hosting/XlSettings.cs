using System.Text.RegularExpressions;

namespace Xen.Hosting;

/// <summary>What the suite reads of xl's own settings.</summary>
public static partial class XlSettings
{
    /// <summary>Where they are.</summary>
    public const string File = "/etc/xen/xl.conf";

    /// <summary>
    /// Whether xl takes memory from dom0 for guests; null: "auto", the default, by which it does unless Xen's command line says how much
    /// dom0 has.
    /// </summary>
    public static bool? Autoballoon(string text) => Setting().Matches(text).LastOrDefault()?.Groups["value"].Value switch
    {
        "on" or "1" => true,
        "off" or "0" => false,
        _ => null,
    };

    [GeneratedRegex("""^[ \t]*autoballoon[ \t]*=[ \t]*["']?(?<value>\w+)""", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Setting();
}
