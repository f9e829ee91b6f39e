namespace XenStored.Tests.Support;

/// <summary>The user of this test.</summary>
static class OwnUser
{
    /// <summary>The uid, as options take it.</summary>
    internal static string Uid { get; } =
        File.ReadLines("/proc/self/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1];
}
