using Xen.Support;

namespace Repository;

/// <summary>The pages of docs that people read.</summary>
static class Pages
{
    static readonly string[] Folders = ["docs", "bench", "tests", ".github"];

    /// <summary>Their paths.</summary>
    internal static IReadOnlyList<string> All { get; } =
        [
            .. new DirectoryInfo(Checkout.Root).EnumerateFiles("*.md").Select(file => file.Name),
            .. Folders.SelectMany(folder => Files.Beneath(folder, "*.md")),
        ];
}
