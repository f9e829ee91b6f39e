using System.Globalization;
using System.Text.RegularExpressions;
using Xen.Hosting;

namespace XenDomains.Toolstack;

/// <summary>How much of the host's memory all guests together may have, as xl reports it.</summary>
static partial class HostMemory
{
    // LIBXL_MIN_DOM0_MEM (libxl): xl leaves dom0 this much.
    const long LeastOfDom0 = 128;
    static readonly TimeSpan ForAnswer = TimeSpan.FromSeconds(60);

    /// <summary>The memory beside what guests have now, in MiB; null: xl does not report it.</summary>
    /// <exception cref="ToolstackException">There is no xl.</exception>
    internal static async Task<long?> LookAsync(string xl)
    {
        var printed = await Task.WhenAll(
            ApartCommand.RunAsync(xl, ["info"], ForAnswer), ApartCommand.RunAsync(xl, ["list", "0"], ForAnswer)).ConfigureAwait(false);
        string settings = File.Exists(XlSettings.File) ? await File.ReadAllTextAsync(XlSettings.File).ConfigureAwait(false) : "";
        return Of(printed[0].Text, printed[1].Text, settings);
    }

    /// <summary>The free memory, and what dom0 can give if xl takes memory from dom0 for a guest; null: xl does not report it.</summary>
    /// <param name="info">Output of <c>xl info</c>.</param>
    /// <param name="dom0">Output of <c>xl list 0</c>.</param>
    /// <param name="settings">Text of xl.conf.</param>
    internal static long? Of(string info, string dom0, string settings) =>
        Free().Match(info) is not { Success: true } free ? null
        : Number(free)
        + (Balloons(settings, info) && OfDom0().Match(dom0) is { Success: true } has ? Math.Max(0, Number(has) - LeastOfDom0) : 0);

    static bool Balloons(string settings, string info) =>
        XlSettings.Autoballoon(settings) ?? !Fixed().IsMatch(CommandLine().Match(info).Groups["line"].Value);

    static long Number(Match match) => long.Parse(match.Groups["number"].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^free_memory\s*:\s*(?<number>\d{1,15})\s*$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Free();

    [GeneratedRegex(@"^xen_commandline\s*:(?<line>.*)$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex CommandLine();

    [GeneratedRegex(@"^.*? +0 +(?<number>\d{1,15}) +\d+\s+[r-][b-]", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex OfDom0();

    [GeneratedRegex(@"\sdom0_mem=((|min:|max:)(-?[0-9]+[bBkKmMgGtT]?|(-?[0-9]+[bBkKmMgGtT]?\+)?[0-9]{1,2}%),?)+(\s|$)",
        RegexOptions.CultureInvariant)]
    private static partial Regex Fixed();
}
