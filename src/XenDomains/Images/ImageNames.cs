using System.Globalization;

namespace XenDomains.Images;

/// <summary>
/// The names of the files that hold images. A guest may have any name, and two guests never have the same file: a file name has no slash,
/// does not begin with a dot here, and so needs % for what it cannot hold, and for % itself. Other names stay as they are, as in
/// upstream's script. Example: web is in web, a/b in a%2Fb, and a%2Fb in a%252Fb.
/// </summary>
static class ImageNames
{
    const string Percent = "%25", Slash = "%2F", Dot = "%2E";
    const string Another = "%."; // no guest's own file name has it

    /// <summary>The file name of a guest's image.</summary>
    internal static string Of(string guest) => OfEarlier(guest.Replace("%", Percent, StringComparison.Ordinal));

    /// <summary>The file name itself, and then names for more images of the same guest: web, web%.1, web%.2, and so on.</summary>
    internal static string Numbered(string fileName, int number) =>
        number == 0 ? fileName : string.Create(CultureInfo.InvariantCulture, $"{fileName}{Another}{number}");

    /// <summary>The file name without the number of another image of the same guest.</summary>
    internal static string WithoutNumber(string fileName) =>
        fileName.LastIndexOf(Another, StringComparison.Ordinal) is > 0 and var at
            && int.TryParse(fileName.AsSpan(at + Another.Length), NumberStyles.None, CultureInfo.InvariantCulture, out _) ? fileName[..at]
            : fileName;

    /// <summary>
    /// The guests that a file name may mean if the image does not tell. First what it means now. Then what it meant for earlier versions,
    /// which did not write % in another way, and for upstream's script, which writes each name as it is.
    /// </summary>
    /// <param name="isOfAll">Not only xendomains writes files there, so even a number may be part of a guest's name.</param>
    internal static IReadOnlyList<string> Guests(string fileName, bool isOfAll)
    {
        string own = WithoutNumber(fileName);
        string guest = Earlier(own).Replace(Percent, "%", StringComparison.Ordinal);
        if (Of(guest) != own)
            guest = Earlier(own); // a % that is none of ours
        string literal = isOfAll ? fileName : own;
        return [.. new[] { guest, Earlier(literal), literal }.Distinct(StringComparer.Ordinal)];
    }

    static string OfEarlier(string guest) =>
        (guest.StartsWith('.') ? Dot + guest[1..] : guest).Replace("/", Slash, StringComparison.Ordinal);

    static string Earlier(string fileName) =>
        (fileName.StartsWith(Dot, StringComparison.Ordinal) ? "." + fileName[Dot.Length..] : fileName)
        .Replace(Slash, "/", StringComparison.Ordinal);
}
