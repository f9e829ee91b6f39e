using System.Globalization;
using System.IO.Hashing;
using System.Text.RegularExpressions;
using XenDomains.Toolstack;

namespace XenDomains.Answers;

/// <summary>What xl said of a configuration.</summary>
/// <param name="File">The path of the configuration.</param>
/// <param name="Text">Stands for the text that xl read (<see cref="Digest"/>).</param>
/// <param name="Setup">What it means.</param>
sealed partial record KeptAnswer(string File, string Text, GuestSetup Setup)
{
    /// <summary>A text's length and digest. Who could write two texts with one digest may write any configuration.</summary>
    internal static string Digest(ReadOnlySpan<byte> text) =>
        string.Create(CultureInfo.InvariantCulture, $"{text.Length}:{XxHash128.HashToUInt128(text):x32}");

    /// <summary>
    /// Whether the answer depends on nothing but the text and <see cref="AnswerBasis"/>. xl refuses NUMA nodes that the host does not have,
    /// so it asks Xen for them.
    /// </summary>
    internal static bool CanBeKept(string text, GuestSetup setup) => setup.Name is not null && !AsksForNodes().IsMatch(text);

    [GeneratedRegex(@"\bvnuma\b|\bnodes?:", RegexOptions.CultureInvariant)]
    private static partial Regex AsksForNodes();
}
