using System.Runtime.CompilerServices;

[assembly: CollectionBehavior(MaxParallelThreads = 1)]

namespace SystemTests;

/// <summary>Where the suite's files are.</summary>
static class Suite
{
    /// <summary>tests/System.</summary>
    internal static string Here { get; } = Path.GetDirectoryName(ThisFile())!;

    /// <summary>Where consoles and logs are left.</summary>
    internal static string Logs { get; } = Directory.CreateDirectory(Path.Combine(Here, "../../out/test-xen")).FullName;

    /// <summary>What goes into dom0: the tree that `make install` made, with our daemons, and the program that LibraryFacts ask.</summary>
    internal static string[] Trees { get; } = [Out("install"), Out("probe")];

    /// <summary>A tree with Debian's package of ours in /root.</summary>
    internal static string PackageTree => Out("deb-host");

    /// <summary>The same with the package of the page for Cockpit.</summary>
    internal static string PagePackageTree => Out("deb-web-host");

    /// <summary>The page for Cockpit, with its scenes in a browser.</summary>
    internal static string Page { get; } = Path.GetFullPath(Path.Combine(Here, "../../cockpit-xen"));

    /// <summary>What `make install INIT=openrc` puts in place.</summary>
    internal static string OpenRcTree => Out("openrc-host");

    /// <summary>What machine/build.sh made for a version.</summary>
    internal static string Cached(string version, string name) => Path.Combine(Here, "cache", version, name);

    static string Out(string name) => Path.GetFullPath(Path.Combine(Here, "../../out", name));

    static string ThisFile([CallerFilePath] string path = "") => path;
}
