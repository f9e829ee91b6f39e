using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace XenCommons.Tests.Top;

/// <summary>A program of ours on a terminal of its own, which util-linux's script makes: what it shows, and keys for it.</summary>
sealed class TerminalSession : IDisposable
{
    readonly Process script;
    readonly StringBuilder shown = new();
    int from;

    /// <param name="start">The program, and its environment.</param>
    /// <param name="terminal">TERM.</param>
    /// <param name="isJob">The shell knows jobs. When the program has stopped, it tells how the terminal is; Enter lets it go on.</param>
    internal TerminalSession(ProcessStartInfo start, string terminal = "xterm", int columns = 80, int lines = 24, bool isJob = false)
    {
        string command = string.Join(' ', start.ArgumentList.Prepend(start.FileName));
        start.ArgumentList.Clear();
        start.FileName = "script";
        // The shell stays, so that it can tell how the program left the terminal.
        foreach (string word in (string[])["-qefc", $"stty cols {columns} rows {lines}; tty; {(isJob ? "set -m;" : "")}"
            + $" sh -c 'echo pid=$$; exec {command}'; {(isJob ? "echo status=$?; stty -a; echo stopped; read go; fg;" : "")}"
            + " echo status=$?; stty -a; echo over", "/dev/null"])
            start.ArgumentList.Add(word);
        start.Environment["SHELL"] = "/bin/sh";
        start.Environment["TERM"] = terminal;
        script = Process.Start(start)!;
        script.StandardInput.AutoFlush = true;
        _ = ReadAsync(script.StandardOutput);
    }

    /// <summary>All that it has sent to the terminal so far.</summary>
    internal string Shown
    {
        get
        {
            lock (shown)
                return shown.ToString();
        }
    }

    /// <summary>Waits until it shows a text, after what was shown when the last key was pressed.</summary>
    internal void Shows(string text) => Until(() => Shown.IndexOf(text, from, StringComparison.Ordinal) >= 0,
        () => $"it does not show: {text}\n{Shown[from..]}");

    /// <summary>Presses keys. What is shown afterwards counts for <see cref="Shows"/>.</summary>
    internal void Press(string keys)
    {
        from = Shown.Length;
        script.StandardInput.Write(keys);
    }

    internal void Signal(string name) => Programs.Signal(Number("pid=(\\d+)"), name);

    internal void Resize(int columns, int lines)
    {
        from = Shown.Length;
        string path = Regex.Match(Shown, "/dev/pts/\\d+").Value;
        var (status, _, errors) = Programs.Run("stty", "-F", path, "cols", $"{columns}", "rows", $"{lines}");
        Assert.True(status == 0, errors);
    }

    /// <summary>Waits until it has ended; returns its status. The terminal has to be as it was.</summary>
    internal int EndsAndGivesTheTerminalBack(bool wasOnOtherScreen = true) => GivesTheTerminalBack("over", wasOnOtherScreen);

    /// <summary>Waits until the shell sees that it has stopped; returns the signal. The terminal has to be as it was.</summary>
    internal int StopsAndGivesTheTerminalBack() => GivesTheTerminalBack("stopped", true) - 128;

    int GivesTheTerminalBack(string word, bool wasOnOtherScreen)
    {
        Until(() => Shown.Contains(word + "\r\n", StringComparison.Ordinal), () => $"it is not {word}\n{Shown}");
        string end = Shown[Shown.LastIndexOf("status=", StringComparison.Ordinal)..];
        foreach (string mode in (string[])["icanon", "echo", "isig", "opost", "icrnl"])
            Assert.Matches($@"(?<!-)\b{mode}\b", end);
        if (wasOnOtherScreen) // and hid the cursor, and let no line wrap
            Assert.All(Regex.Split(Shown, "\e\\[\\?1049h")[1..], part => Assert.All((string[])["\e[?1049l", "\e[?25h", "\e[?7h"],
                mode => Assert.Contains(mode, part, StringComparison.Ordinal)));
        return int.Parse(Regex.Match(end, "status=(\\d+)").Groups[1].Value, CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        if (!script.HasExited)
            script.Kill(entireProcessTree: true);
        script.Dispose();
    }

    int Number(string pattern)
    {
        Until(() => Regex.IsMatch(Shown, pattern), () => $"there is no {pattern}\n{Shown}");
        return int.Parse(Regex.Match(Shown, pattern).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    async Task ReadAsync(StreamReader output)
    {
        char[] buffer = new char[4096];
        while (await output.ReadAsync(buffer) is > 0 and var count)
            lock (shown)
                shown.Append(buffer, 0, count);
    }
}
