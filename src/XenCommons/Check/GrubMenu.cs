using System.Text.RegularExpressions;

namespace XenCommons.Check;

/// <summary>
/// The entries of a grub.cfg, and which of them is booted if nobody chooses: `set default=`, or what grubenv has saved, each a number, a title or an id, with &gt;
/// between a submenu and its entry (GRUB's manual, "default").
/// </summary>
static partial class GrubMenu
{
    /// <summary>An entry or a submenu.</summary>
    internal sealed class Entry(string title, string id)
    {
        internal string Title { get; } = title;
        internal string Id { get; } = id;
        internal bool IsXen { get; set; }
        internal List<Entry> Below { get; } = [];
    }

    /// <summary>The default's entry; null if it cannot be told.</summary>
    /// <param name="menu">The text of grub.cfg.</param>
    /// <param name="environment">That of grubenv; null if there is none.</param>
    internal static Entry? Default(string menu, string? environment)
    {
        string wanted = Settings().Matches(menu).Select(match => match.Groups["value"].Value).FirstOrDefault(value => !value.Contains("next_entry", StringComparison.Ordinal)) ?? "0";
        if (wanted.Contains("saved_entry", StringComparison.Ordinal))
            wanted = Saved().Match(environment ?? "") is { Success: true } saved ? saved.Groups["value"].Value.Trim() : "0";
        Entry? entry = null;
        var among = Parse(menu);
        foreach (string step in wanted.Split('>'))
        {
            entry = int.TryParse(step, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int number)
                ? among.ElementAtOrDefault(number) : among.Find(one => one.Title == step || one.Id == step);
            if (entry is null)
                return null;
            among = entry.Below;
        }
        // A submenu's first entry stands for it.
        while (entry is { Below.Count: > 0 })
            entry = entry.Below[0];
        return entry;
    }

    internal static bool IsXenLine(string line)
    {
        string[] words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return words is ["multiboot" or "multiboot2" or "chainloader" or "xen_hypervisor", var image, ..] && Path.GetFileName(image).StartsWith("xen", StringComparison.Ordinal);
    }

    static List<Entry> Parse(string menu)
    {
        var top = new List<Entry>();
        var open = new Stack<Entry?>(); // one for each brace that is open; null for those of other commands
        foreach (string line in menu.Split('\n'))
        {
            var begun = Begin().Match(line);
            if (begun.Success)
            {
                var entry = new Entry(begun.Groups["title"].Value, Id().Match(line).Groups["id"].Value);
                (open.FirstOrDefault(one => one is not null)?.Below ?? top).Add(entry);
                open.Push(entry);
            }
            else if (line.TrimEnd().EndsWith('{'))
                open.Push(null);
            else if (line.Trim() == "}" && open.Count > 0)
                open.Pop();
            else if (IsXenLine(line) && open.FirstOrDefault(one => one is not null) is { } inside)
                inside.IsXen = true;
        }
        return top;
    }

    [GeneratedRegex("""^\s*set\s+default=["']?(?<value>[^"'\n]*)""", RegexOptions.Multiline)]
    private static partial Regex Settings();

    [GeneratedRegex("^saved_entry=(?<value>.*)$", RegexOptions.Multiline)]
    private static partial Regex Saved();

    [GeneratedRegex("""^\s*(menuentry|submenu)\s+(["'])(?<title>.*?)\2.*\{\s*$""")]
    private static partial Regex Begin();

    [GeneratedRegex("""(\$menuentry_id_option|--id)[ =]["']?(?<id>[^"'\s]+)""")]
    private static partial Regex Id();
}
