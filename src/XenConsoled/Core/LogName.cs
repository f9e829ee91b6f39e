using System.Text;

namespace XenConsoled.Core;

/// <summary>The names of log files, which an administrator's choice of a guest's name must not lead elsewhere.</summary>
static class LogName
{
    const int MostOfName = 200; // bytes; a file's name has at most 255, and rotated ones are longer
    const string Incoming = "--incoming"; // the name under which the toolstack makes a guest that arrives by migration

    /// <summary>The file of the hypervisor's log.</summary>
    internal const string Hypervisor = "hypervisor.log";

    /// <summary>The file of a console: <c>guest-NAME.log</c>, or <c>guest-NAME-vuart0.log</c>.</summary>
    internal static string Of(string name, ConsoleKind kind) => $"guest-{Sanitized(name)}{(kind == ConsoleKind.Vuart ? "-vuart0" : "")}.log";

    /// <summary>A name that stays within its folder.</summary>
    internal static string Sanitized(string name)
    {
        if (name.EndsWith(Incoming, StringComparison.Ordinal) && name.Length > Incoming.Length)
            name = name[..^Incoming.Length];
        var safe = new StringBuilder();
        foreach (char character in name)
            safe.Append(character == '/' || char.IsControl(character) ? '_' : character);
        while (Encoding.UTF8.GetByteCount(safe.ToString()) > MostOfName)
            safe.Length--;
        return safe.ToString();
    }
}
