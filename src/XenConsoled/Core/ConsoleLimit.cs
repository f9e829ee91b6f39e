using System.Globalization;
using Xen.Protocol.Rings;

namespace XenConsoled.Core;

/// <summary>How many bytes of output may wait for a viewer.</summary>
static class ConsoleLimit
{
    /// <summary>The toolstack's default.</summary>
    internal const int Default = 1 << 20;
    /// <summary>The smallest useful limit: one ring for each end.</summary>
    internal const int Least = 4 * ConsolePage.OutputSize;
    /// <summary>The largest limit. A higher one would only lose more at once.</summary>
    internal const int Most = 64 << 20;

    /// <summary>Reads the limit of the key. The default holds without a key, and for 0, which meant "without limit" once.</summary>
    internal static int Parse(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long limit) && limit > 0
            ? (int)Math.Clamp(limit, Least, Most)
            : Default;
}
