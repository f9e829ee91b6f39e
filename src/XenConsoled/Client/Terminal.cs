using Xen.Linux.Terminals;

namespace XenConsoled.Client;

/// <summary>This process's terminal. It is raw while a console is shown, and gets its settings back at the end.</summary>
sealed class Terminal : IDisposable
{
    const int StandardInput = 0, StandardOutput = 1;

    readonly TerminalMode before;

    /// <summary>Standard input is a terminal, and it is raw now.</summary>
    internal bool IsRaw { get; }

    internal Terminal()
    {
        IsRaw = TerminalMode.Read(StandardInput, out before) && TerminalMode.Read(StandardOutput, out _);
        if (IsRaw)
            before.Raw().Set(StandardInput);
    }

    /// <summary>The end of a line on this terminal.</summary>
    internal string LineEnd => IsRaw ? "\r\n" : "\n";

    public void Dispose()
    {
        if (IsRaw)
            before.Set(StandardInput);
    }
}
