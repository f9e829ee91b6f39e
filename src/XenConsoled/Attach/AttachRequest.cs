using System.Globalization;
using System.Text;
using XenConsoled.Core;

namespace XenConsoled.Attach;

/// <summary>Which console a client wants to see, and how.</summary>
/// <param name="Target">
/// A domain's name, in the form of <see cref="GuestName"/>, or its domid. A number is a domid, as for the toolstack.
/// </param>
/// <param name="IsName">It is a name, even if it is a number.</param>
/// <param name="Kind">Which of the domain's consoles.</param>
/// <param name="IsReadOnly">No input reaches the guest.</param>
/// <param name="Lines">How many lines of earlier output to show first.</param>
/// <param name="Follows">When the guest is gone, wait for the next guest of this name.</param>
sealed record AttachRequest(string Target, bool IsName, ConsoleKind Kind, bool IsReadOnly, int Lines, bool Follows)
{
    /// <summary>The first word of the request.</summary>
    internal const string Verb = "attach";

    const string Named = "name"; // a last word, which a daemon of before does not know

    /// <summary>The request as words.</summary>
    internal byte[] Words() => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $"{Verb}\0{Target}\0{Kind}\0{(IsReadOnly ? "ro" : "rw")}\0{Lines}\0{(Follows ? "follow" : "once")}\0")
        + (IsName ? Named + "\0" : ""));

    /// <summary>Reads what <see cref="Words"/> writes; null if the words are something else.</summary>
    internal static AttachRequest? Parse(string[] words) =>
        words is [Verb, { Length: > 0 } target, var kind, var mode, var lines, var follow, .. [] or [Named]]
            && Enum.TryParse<ConsoleKind>(kind, out var which)
            && int.TryParse(lines, NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            ? new(target, words is [.., Named], which, mode == "ro", count, follow == "follow")
            : null;

    /// <summary>Whether the request means this console.</summary>
    internal bool Wants(ConsoleId console, string name) =>
        console.Kind == Kind
            && (!IsName && ushort.TryParse(Target, NumberStyles.None, CultureInfo.InvariantCulture, out ushort domid)
                ? domid == console.Domid
                : name == Target);
}
