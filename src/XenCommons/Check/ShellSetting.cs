using System.Text.RegularExpressions;

namespace XenCommons.Check;

/// <summary>A variable that a file of shell assignments sets on a line of its own.</summary>
static partial class ShellSetting
{
    /// <summary>The value of its last assignment, without quotes; null if there is none.</summary>
    internal static string? Of(string text, string name) =>
        Assignments().Matches(text).LastOrDefault(match => match.Groups["name"].Value == name) is { } found ? found.Groups["value"].Value.Trim() : null;

    [GeneratedRegex("""^[ \t]*(export[ \t]+)?(?<name>\w+)=(["'])?(?<value>(?(2)[^\n]*?(?=\2)|[^\s#]*))""", RegexOptions.Multiline)]
    private static partial Regex Assignments();
}
