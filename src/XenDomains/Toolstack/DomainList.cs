using System.Globalization;
using System.Text.RegularExpressions;
using XenDomains.Facts;

namespace XenDomains.Toolstack;

/// <summary>
/// The output of <c>xl list -v</c>. A name may hold anything, even blanks, so a line is read from its right end: the six letters of the
/// state cannot be mistaken. The format is the same since Xen 4.14.
/// </summary>
static partial class DomainList
{
    const string NoUuid = "00000000-0000-0000-0000-000000000000";

    /// <param name="others">Ids of domains that are no guests: the store's own domain.</param>
    internal static List<XlDomain> Parse(string text, IReadOnlySet<int> others)
    {
        var domains = new List<XlDomain>();
        foreach (string line in text.Split('\n'))
            if (Line().Match(line) is { Success: true } match
                && int.Parse(match.Groups["id"].ValueSpan, CultureInfo.InvariantCulture) is var id && id != 0 && !others.Contains(id))
                domains.Add(new(id, match.Groups["name"].Value, match.Groups["uuid"].Value is var uuid && uuid != NoUuid ? uuid : "",
                    State(match.Groups["state"].Value), long.Parse(match.Groups["memory"].ValueSpan, CultureInfo.InvariantCulture)));
        return domains;
    }

    // The letters: running, blocked, paused, shut down, the reason of that (c crashed, s suspended, r rebooted and others), dying.
    static XlDomainState State(string letters) =>
        letters[5] == 'd' ? XlDomainState.Dying
        : letters[4] == 'c' ? XlDomainState.Crashed
        : letters[4] == 's' ? XlDomainState.Suspended
        : letters[3] == 's' || letters[4] != '-' ? XlDomainState.ShutDown
        : letters[2] == 'p' ? XlDomainState.Paused
        : XlDomainState.Running;

    [GeneratedRegex(@"^(?<name>.*?) +(?<id>\d+) +(?<memory>\d+) +(?<vcpus>\d+) +(?<state>[r-][b-][p-][s-][a-zA-Z?-][d-])"
        + @" +(?<time>[\d.]+) +(?<uuid>[0-9a-fA-F-]{36})", RegexOptions.CultureInvariant)]
    private static partial Regex Line();
}
