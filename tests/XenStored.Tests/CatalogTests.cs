using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Xen.Hosting.Logging;

namespace XenStored.Tests;

/// <summary>What `journalctl -x` tells of lines that an administrator must act on.</summary>
public sealed class CatalogTests
{
    [Fact]
    public void Each_entry_has_the_id_of_its_event_and_says_what_to_do()
    {
        string text = File.ReadAllText(Path.Combine(Path.GetDirectoryName(Here())!, "../../catalog/xen-daemons.catalog"));
        var entries = Regex.Matches(text, """^# (?<daemon>\w+)/(?<event>\d+)\n-- (?<id>[0-9a-f]{32})\nSubject: .+\nDefined-By: (?<by>\w+)\nDocumentation: man:.+\n\n(?<text>[^#]+)""", RegexOptions.Multiline);
        Assert.Equal(Regex.Count(text, "^-- ", RegexOptions.Multiline), entries.Count);
        foreach (Match entry in entries)
        {
            Assert.Equal(JournalSink.MessageId(entry.Groups["daemon"].Value, int.Parse(entry.Groups["event"].Value, CultureInfo.InvariantCulture)), entry.Groups["id"].Value);
            Assert.Equal(entry.Groups["daemon"].Value, entry.Groups["by"].Value);
            Assert.Contains("\n\n", entry.Groups["text"].Value.TrimEnd(), StringComparison.Ordinal); // what it is, and what to do
        }
    }

    static string Here([CallerFilePath] string path = "") => path;
}
