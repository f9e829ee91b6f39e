using System.Text;
using Xen.Linux;
using Xen.Linux.Terminals;

namespace XenCommons.Screens;

/// <summary>
/// The terminal. While this object has it, it shows a picture that changes: it is on its other screen, and sends each key at once.
/// </summary>
sealed class LiveScreen : IDisposable
{
    const int StandardInput = 0, StandardOutput = 1, UsualWidth = 80, UsualHeight = 24;

    // The other screen, no cursor, and no new line after the last column; and back.
    const string Begin = "\e[?1049h\e[?25l\e[?7l\e[2J", End = "\e[0m\e[?7h\e[?25h\e[?1049l";

    readonly FileDescriptor output = new(StandardOutput);
    readonly TerminalMode before;
    bool isTaken;

    internal LiveScreen() => HasKeys = TerminalMode.Read(StandardInput, out before);

    /// <summary>Whether standard input is a terminal. If it is not, nothing is read from it.</summary>
    internal bool HasKeys { get; }

    /// <summary>Its columns and lines.</summary>
    internal static (int Width, int Height) Size =>
        TerminalMode.Size(StandardOutput) is { Columns: > 0, Lines: > 0 } size ? size : (UsualWidth, UsualHeight);

    /// <summary>Takes the terminal, or takes it again when somebody else has had it meanwhile.</summary>
    internal void Take()
    {
        if (HasKeys)
            before.Raw().Set(StandardInput);
        Write(isTaken ? End + Begin : Begin);
        isTaken = true;
    }

    /// <summary>Gives the terminal back as it was, unless that is done.</summary>
    internal void GiveBack()
    {
        if (!isTaken)
            return;
        if (HasKeys)
            before.Set(StandardInput);
        Write(End);
        isTaken = false;
    }

    /// <summary>
    /// Shows these lines, and nothing else. It is written at once, so that nothing flickers. False: the terminal is gone.
    /// </summary>
    internal bool Show(IEnumerable<string> lines) =>
        Write("\e[H" + string.Join("\r\n", lines.Take(Size.Height).Select(line => "\e[K" + line)) + "\e[J");

    /// <inheritdoc/>
    public void Dispose() => GiveBack();

    bool Write(string text) => output.WriteAll(Encoding.UTF8.GetBytes(text)) == 0;
}
