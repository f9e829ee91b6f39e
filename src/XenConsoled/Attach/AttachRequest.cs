using System.Globalization;
using System.Text;
using XenConsoled.Core;

namespace XenConsoled.Attach;

/// <summary>Which console a client wants to see, and how.</summary>
/// <param name="Target">A domain's name, as <see cref="GuestName"/> has it, or domid.</param>
/// <param name="Kind">Which of its consoles.</param>
/// <param name="IsReadOnly">Nothing that is typed reaches the guest.</param>
/// <param name="Lines">Lines of what was there before that are shown first.</param>
/// <param name="Follows">When the guest is gone, wait for the next of its name.</param>
sealed record AttachRequest(string Target, ConsoleKind Kind, bool IsReadOnly, int Lines, bool Follows)
{
    /// <summary>The first word of the request.</summary>
    internal const string Verb = "attach";

    /// <summary>The request as words.</summary>
    internal byte[] Words() => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $"{Verb}\0{Target}\0{Kind}\0{(IsReadOnly ? "ro" : "rw")}\0{Lines}\0{(Follows ? "follow" : "once")}\0"));

    /// <summary>Reads what <see cref="Words"/> writes; null if it is something else.</summary>
    internal static AttachRequest? Parse(string[] words) =>
        words is [Verb, { Length: > 0 } target, var kind, var mode, var lines, var follow]
            && Enum.TryParse<ConsoleKind>(kind, out var which)
            && int.TryParse(lines, NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            ? new(target, which, mode == "ro", count, follow == "follow")
            : null;

    /// <summary>Whether a console is what is wanted.</summary>
    internal bool Wants(ConsoleId console, string name) =>
        console.Kind == Kind && (name == Target
            || ushort.TryParse(Target, NumberStyles.None, CultureInfo.InvariantCulture, out ushort domid) && domid == console.Domid);
}
