using Xen.Protocol.Wire;
using XenConsoled.Core;

namespace XenConsoled.Lines;

/// <summary>
/// The names of log files. A guest's name cannot lead to another folder. Two guests of different names never share a file.
/// </summary>
static class LogName
{
    const int MostOfName = 200; // bytes; a file name has at most 255, and rotation makes it longer
    const string Incoming = "--incoming"; // the toolstack's suffix for a guest that arrives by migration
    const string OfVuart = "-vuart0";

    /// <summary>The file of the hypervisor's log.</summary>
    internal const string Hypervisor = "hypervisor.log";

    /// <summary>The file of a console: <c>guest-NAME.log</c>, or <c>guest-NAME-vuart0.log</c>.</summary>
    /// <param name="name">A text of <see cref="GuestName"/>.</param>
    internal static string Of(string name, ConsoleKind kind)
    {
        if (name.EndsWith(Incoming, StringComparison.Ordinal) && name.Length > Incoming.Length)
            name = name[..^Incoming.Length];
        if (kind == ConsoleKind.Pv && name.EndsWith(OfVuart, StringComparison.Ordinal))
            name = name[..^OfVuart.Length] + ByteText.Escaped((byte)'-') + OfVuart[1..]; // else it would be the vuart file of another guest
        name = GuestName.Fitted(name.Replace("/", ByteText.Escaped((byte)'/'), StringComparison.Ordinal), MostOfName);
        return $"guest-{name}{(kind == ConsoleKind.Vuart ? OfVuart : "")}.log";
    }
}
