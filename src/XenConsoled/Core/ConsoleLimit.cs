using System.Globalization;
using Xen.Protocol.Rings;

namespace XenConsoled.Core;

/// <summary>How many bytes of output may wait for a viewer.</summary>
static class ConsoleLimit
{
    /// <summary>What the toolstack writes if not told otherwise.</summary>
    internal const int Default = 1 << 20;
    /// <summary>The least that is of use: a ring's worth at each end.</summary>
    internal const int Least = 4 * ConsolePage.OutputSize;
    /// <summary>More would only lose more.</summary>
    internal const int Most = 64 << 20;

    /// <summary>The limit that the key says; with none, and with 0, which was "without limit", the default.</summary>
    internal static int Parse(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long limit) && limit > 0
            ? (int)Math.Clamp(limit, Least, Most)
            : Default;
}
