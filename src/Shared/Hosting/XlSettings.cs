using System.Text.RegularExpressions;

namespace Xen.Hosting;

/// <summary>The parts of xl's own settings that the suite reads.</summary>
public static partial class XlSettings
{
    /// <summary>The path of xl's settings.</summary>
    public const string File = "/etc/xen/xl.conf";

    /// <summary>
    /// Whether xl takes memory from dom0 for guests. Null is "auto", the default: xl does so unless Xen's command line sets dom0's memory.
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
