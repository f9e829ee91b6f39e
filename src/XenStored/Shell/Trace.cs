using System.Globalization;
using System.Text;
using Xen.Posix;
using Xen.Wire;
using XenStored.Commands;

namespace XenStored.Shell;

/// <summary>What can be traced; C xenstored's switches, whose names CONTROL log and --trace-control use.</summary>
[Flags]
enum TraceSwitches
{
    None = 0,
    Obj = 1,
    Io = 2,
    Wrl = 4,
    Acc = 8,
    Tdb = 16,
}

/// <summary>
/// The trace file, in the text form of C xenstored: a line for each message and object. Off, it costs a test; on, one write a turn. A disk that
/// is full ends the trace and nothing else.
/// </summary>
sealed class Trace : IDisposable
{
    const int MostBuffered = 1024 * 1024;

    readonly StringBuilder lines = new();
    FileDescriptor? file;
    bool isOn;
    int dropped;

    /// <summary>Where relative names of trace files lie.</summary>
    internal string Folder { get; init; } = "/var/lib/xen/xenstore";

    internal string? Path { get; private set; }
    internal TraceSwitches Switches { get; private set; } = TraceSwitches.Obj | TraceSwitches.Io;

    /// <summary>Called when the file cannot be written.</summary>
    internal Action<string, string> Failed { get; set; } = (_, _) => { };

    internal bool Traces(TraceSwitches what) => isOn && file is not null && (Switches & what) != 0;

    /// <summary>Opens a file, after which tracing is on. 0, or the errno, with the old file kept.</summary>
    internal int Open(string path)
    {
        if (path.Length == 0)
            return Errno.EINVAL;
        if (!System.IO.Path.IsPathRooted(path))
        {
            try
            {
                Xen.Posix.Folder.Make(Folder);
            }
            catch (PosixException e)
            {
                return e.Errno;
            }
        }
        path = System.IO.Path.Combine(Folder, path);
        var opened = FileDescriptor.TryOpenAppend(path, out int errno);
        if (opened is null)
            return errno;
        Flush();
        file?.Dispose();
        (file, Path, isOn) = (opened, path, true);
        lines.Append(CultureInfo.InvariantCulture, $"\n***\n");
        return 0;
    }

    /// <summary>Opens the same file again, after it was rotated.</summary>
    internal void Reopen()
    {
        bool wasOn = isOn;
        if (Path is not null && Open(Path) is var errno && errno != 0)
            Fail(errno);
        else
            isOn = wasOn;
    }

    /// <summary>Turns tracing on or off; on opens the file again that could not be written. 0, or the errno.</summary>
    internal int Switch(bool on)
    {
        if (on && file is null && Path is not null)
            return Open(Path);
        isOn = on;
        return 0;
    }

    /// <summary>Turns one switch on or off by <c>+io</c>, <c>-obj</c>; false for any other word.</summary>
    internal bool TrySwitch(string word)
    {
        if (word.Length < 2 || word[0] is not ('+' or '-') || !Enum.TryParse<TraceSwitches>(word[1..], ignoreCase: true, out var which)
            || !word[1..].All(char.IsAsciiLetterLower) || which == TraceSwitches.None)
            return false;
        Switches = word[0] == '+' ? Switches | which : Switches & ~which;
        return true;
    }

    /// <summary>A message came or goes.</summary>
    internal void Message(string direction, Connection connection, MessageType type, ReadOnlySpan<byte> payload)
    {
        if (!Traces(TraceSwitches.Io) || !HasRoom)
            return;
        Begin("io", direction, connection);
        lines.Append(CommandTable.Name(type)).Append(" (");
        foreach (byte character in payload)
            lines.Append(character is >= 0x20 and < 0x7F ? (char)character : ' ');
        lines.Append(")\n");
    }

    /// <summary>An object was made or is gone: <c>CREATE connection</c>.</summary>
    internal void Object(string what, object which)
    {
        if (Traces(TraceSwitches.Obj) && HasRoom)
            lines.Append(CultureInfo.InvariantCulture, $"obj: {what} 0x{System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(which):x}\n");
    }

    /// <summary>Something about write limits or accounts.</summary>
    internal void Line(TraceSwitches kind, string text)
    {
        if (Traces(kind) && HasRoom)
            lines.Append(CultureInfo.InvariantCulture, $"{kind.ToString().ToLowerInvariant()}: {text}\n");
    }

    /// <summary>A text of the administrator's.</summary>
    internal void Print(string text)
    {
        if (file is not null)
            lines.Append("control: ").Append(text).Append('\n');
    }

    /// <summary>Writes what the turn traced.</summary>
    internal void Flush()
    {
        if (lines.Length == 0)
            return;
        if (dropped > 0)
            lines.Append(CultureInfo.InvariantCulture, $"... {dropped} lines dropped\n");
        dropped = 0;
        var bytes = Encoding.Latin1.GetBytes(lines.ToString());
        lines.Clear();
        for (int start = 0; start < bytes.Length && file is not null;)
        {
            int written = file.Write(bytes.AsSpan(start));
            if (written <= 0)
            {
                Fail(-written);
                return;
            }
            start += written;
        }
    }

    public void Dispose()
    {
        Flush();
        file?.Dispose();
        file = null;
    }

    // A turn that traces more than this is cut short, and says so.
    bool HasRoom
    {
        get
        {
            if (lines.Length < MostBuffered)
                return true;
            dropped++;
            return false;
        }
    }

    void Begin(string kind, string direction, Connection connection) =>
        lines.Append(CultureInfo.InvariantCulture,
            $"{kind}: {direction} 0x{System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(connection):x} (d{connection.Session.Domain.Id}) {DateTime.Now:yyyyMMdd HH:mm:ss} ");

    void Fail(int errno)
    {
        var failed = Path;
        file?.Dispose();
        (file, isOn) = (null, false);
        Failed(failed ?? "", new PosixException("write", errno).Message);
    }
}
