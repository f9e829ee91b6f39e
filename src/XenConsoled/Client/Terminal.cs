using Xen.Posix;

namespace XenConsoled.Client;

/// <summary>This process's terminal, raw while it looks at a console, and given back as it was.</summary>
sealed class Terminal : IDisposable
{
    const int StandardInput = 0, StandardOutput = 1;

    readonly TerminalMode before;
    readonly bool isRaw;

    internal Terminal()
    {
        isRaw = TerminalMode.Read(StandardInput, out before) && TerminalMode.Read(StandardOutput, out _);
        if (isRaw)
            before.Raw().Set(StandardInput);
    }

    /// <summary>What ends a line here.</summary>
    internal string LineEnd => isRaw ? "\r\n" : "\n";

    public void Dispose()
    {
        if (isRaw)
            before.Set(StandardInput);
    }
}
