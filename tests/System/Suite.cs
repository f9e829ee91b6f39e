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

    /// <summary>The tree that `make install` made, with our daemons.</summary>
    internal static string Installed { get; } = Environment.GetEnvironmentVariable("XEN_INSTALLED") ?? Path.GetFullPath(Path.Combine(Here, "../../out/install"));

    static string ThisFile([CallerFilePath] string path = "") => path;
}
