using Xen.Linux.Terminals;

namespace XenConsoled.Client;

/// <summary>This process's terminal, raw while it looks at a console, and given back as it was.</summary>
sealed class Terminal : IDisposable
{
    const int StandardInput = 0, StandardOutput = 1;

    readonly TerminalMode before;

    /// <summary>It is a terminal, and raw now.</summary>
    internal bool IsRaw { get; }

    internal Terminal()
    {
        IsRaw = TerminalMode.Read(StandardInput, out before) && TerminalMode.Read(StandardOutput, out _);
        if (IsRaw)
            before.Raw().Set(StandardInput);
    }

    /// <summary>What ends a line here.</summary>
    internal string LineEnd => IsRaw ? "\r\n" : "\n";

    public void Dispose()
    {
        if (IsRaw)
            before.Set(StandardInput);
    }
}
