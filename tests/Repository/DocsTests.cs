using System.Text.RegularExpressions;
using Xen.Support;

namespace Repository;

/// <summary>Links lead somewhere, and prose can be read.</summary>
public sealed class DocsTests
{
    const int LongestLine = 140;

    [Fact]
    public void Each_relative_link_leads_to_a_file_and_to_a_heading_in_it()
    {
        var dead = new List<string>();
        foreach (string page in Pages.All)
        {
            string text = WithoutCode(Files.Text(page));
            foreach (Match link in Regex.Matches(text, @"\]\((?<path>[^)#\s]*)(?:#(?<heading>[^)\s]*))?\)"))
            {
                string path = link.Groups["path"].Value;
                if (path.Contains("://", StringComparison.Ordinal))
                    continue;
                string target = Checkout.Path(path.Length == 0 ? page : Path.Combine(Files.FolderOf(page), path));
                bool isThere = File.Exists(target) || Directory.Exists(target);
                if (!isThere || link.Groups["heading"] is { Success: true, Value: var heading } && !Headings(target).Contains(heading))
                    dead.Add($"{page}: {link.Value}");
            }
        }
        Rule.Holds(dead, "a link leads to no file, or to no heading of it");
    }

    [Fact]
    public void Prose_has_lines_that_fit_a_window()
    {
        var wide = from page in Pages.All
                   from line in WithoutBlocks(Files.Text(page)).Split('\n')
                   where line.Length > LongestLine && !line.StartsWith('|')
                   select $"{page}: {line[..60]}…";
        Rule.Holds(wide, $"a line of prose has more than {LongestLine} columns: break it");
    }

    static string WithoutBlocks(string text) => Regex.Replace(text, "(?ms)^```.*?^```", "");

    static string WithoutCode(string text) => Regex.Replace(WithoutBlocks(text), "`[^`\n]*`", "");

    // A heading's anchor: small letters, hyphens for spaces, no other marks. The second of one name has -1.
    static HashSet<string> Headings(string page)
    {
        var anchors = new HashSet<string>();
        foreach (Match heading in Regex.Matches(WithoutBlocks(File.ReadAllText(page)), @"^#+ (.+)$", RegexOptions.Multiline))
        {
            string anchor = Regex.Replace(heading.Groups[1].Value.ToLowerInvariant(), @"[^\w\- ]", "").Replace(' ', '-');
            for (int again = 0; !anchors.Add(again == 0 ? anchor : $"{anchor}-{again}");)
                again++;
        }
        return anchors;
    }
}
