using System.Text.RegularExpressions;

namespace XenCommons.Host;

/// <summary>
/// The options of a service as an administrator wrote them. Upstream names such a setting NAME_ARGS; Gentoo's and Alpine's scripts name it
/// NAME_OPTS. The first one that is set counts. If another differs, a sentence reports that it is not read.
/// </summary>
/// <param name="Words">The single options. Quotes keep spaces, as systemd and OpenRC read them.</param>
/// <param name="Unread">A sentence for each setting that does not count.</param>
sealed partial record ServiceOptions(IReadOnlyList<string> Words, IReadOnlyList<string> Unread)
{
    /// <summary>The settings with more options for QEMU: ours, Gentoo's and Alpine's. The first one that is set counts.</summary>
    internal static readonly string[] OfQemu = ["XENQEMUDEV_ARGS", "XENQEMUDEV_OPTS", "XENQEMU_OPTS"];

    /// <param name="setting">The value of a setting by its name; null or empty if it is not set.</param>
    /// <param name="names">The names. The first one that is set counts.</param>
    internal static ServiceOptions Of(Func<string, string?> setting, params string[] names)
    {
        var given = names.Where(name => setting(name) is { Length: > 0 }).ToList();
        if (given.Count == 0)
            return new([], []);
        var others = from name in given
                     where setting(name) != setting(given[0])
                     select $"{name} is not read, since {given[0]} is set: write all options there";
        return new(Split(setting(given[0])), [.. others]);
    }

    /// <summary>
    /// The words of a text. Single or double quotes keep the text between them together. A quote without an end is an ordinary character.
    /// </summary>
    internal static string[] Split(string? text) =>
        [.. from Match word in Word().Matches(text ?? "") select Quoted().Replace(word.Value, "$1$2")];

    [GeneratedRegex("""(?:"[^"]*"|'[^']*'|\S)+""")]
    private static partial Regex Word();

    [GeneratedRegex(@"""([^""]*)""|'([^']*)'")]
    private static partial Regex Quoted();
}
