using System.Runtime.CompilerServices;

namespace Xen.Support;

/// <summary>Where things are: tests read sources, scripts and executables where they lie, and do not copy them.</summary>
public static class Checkout
{
    /// <summary>The repository's root.</summary>
    public static string Root { get; } =
        System.IO.Path.GetFullPath(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Here())!, "../.."));

    /// <summary>The path of a file or folder of the repository.</summary>
    /// <param name="name">Below the root.</param>
    public static string Path(string name) => System.IO.Path.Combine(Root, name);

    /// <summary>The path of one of our executables: the one that was published, else the one that was built with the tests.</summary>
    /// <param name="name">A name, or a path, which stays as it is.</param>
    public static string Program(string name) =>
        Path("out/bin/" + name) is var published && File.Exists(published)
            ? published
            : System.IO.Path.Combine(AppContext.BaseDirectory, name);

    static string Here([CallerFilePath] string path = "") => path;
}
