using System.Text;
using Xen.Linux;
using Xen.Linux.Terminals;

namespace XenCommons.Screens;

/// <summary>
/// The terminal while it shows a picture that changes: it is on its other screen, and sends each key at once. Disposing gives it back as
/// it was.
/// </summary>
sealed class LiveScreen : IDisposable
{
    const int StandardInput = 0, StandardOutput = 1, UsualWidth = 80, UsualHeight = 24;

    // The other screen, no cursor, and no new line after the last column; and back.
    const string Begin = "\e[?1049h\e[?25l\e[?7l\e[2J", End = "\e[0m\e[?7h\e[?25h\e[?1049l";

    readonly FileDescriptor output = new(StandardOutput);
    readonly TerminalMode before;

    internal LiveScreen()
    {
        HasKeys = TerminalMode.Read(StandardInput, out before);
        Resume();
    }

    /// <summary>Whether standard input is a terminal. If it is not, nothing is read from it.</summary>
    internal bool HasKeys { get; }

    /// <summary>Its columns and lines.</summary>
    internal static (int Width, int Height) Size =>
        TerminalMode.Size(StandardOutput) is { Columns: > 0, Lines: > 0 } size ? size : (UsualWidth, UsualHeight);

    /// <summary>Begins again, after somebody else has had the terminal.</summary>
    internal void Resume()
    {
        if (HasKeys)
            before.Raw().Set(StandardInput);
        Write(Begin);
    }

    /// <summary>
    /// Shows these lines, and nothing else. It is written at once, so that nothing flickers. False: the terminal is gone.
    /// </summary>
    internal bool Show(IEnumerable<string> lines) =>
        Write("\e[H" + string.Join("\r\n", lines.Take(Size.Height).Select(line => "\e[K" + line)) + "\e[J");

    /// <inheritdoc/>
    public void Dispose()
    {
        if (HasKeys)
            before.Set(StandardInput);
        Write(End);
    }

    bool Write(string text) => output.WriteAll(Encoding.UTF8.GetBytes(text)) == 0;
}
