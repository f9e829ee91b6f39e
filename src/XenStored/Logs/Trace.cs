using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Xen.Linux;
using Xen.Protocol.Wire;
using XenStored.Commands;

namespace XenStored.Logs;

/// <summary>
/// The trace file, in the text form of C xenstored: a line for each message and object. While tracing is off it costs a test; while it is
/// on, it costs one write in each iteration. A file that cannot be opened or written ends the trace and nothing else.
/// </summary>
/// <param name="failed">Is told the file and the reason when it cannot be opened or written.</param>
sealed class Trace(Action<string, string>? failed = null) : IDisposable
{
    const int MostBuffered = 1024 * 1024;

    readonly StringBuilder lines = new();
    FileDescriptor? file;
    bool isOn = true; // the switch; there may be no file
    bool omitsReply; // the current request asks for a value that is omitted
    int dropped;

    /// <summary>The folder of trace files with relative names.</summary>
    internal string Folder { get; init; } = "/var/lib/xen/xenstore";

    internal string? Path { get; private set; }

    /// <summary>Whether there is a file to write to, also while tracing is off.</summary>
    internal bool HasFile => file is not null;

    internal TraceSwitches Switches { get; private set; } = TraceSwitches.Obj | TraceSwitches.Io;

    internal bool Traces(TraceSwitches what) => isOn && file is not null && (Switches & what) != 0;

    /// <summary>
    /// Opens a file and turns tracing on. Returns 0 or the errno. After an error nothing is traced, as with C xenstored, until the file can
    /// be opened (<see cref="Reopen"/>, <see cref="Switch"/>) or another is opened. It never waits, not even for the reader of a FIFO.
    /// </summary>
    /// <param name="path">A relative path is below <see cref="Folder"/>.</param>
    internal int Open(string path)
    {
        Flush();
        file?.Dispose();
        file = null;
        Path = System.IO.Path.Combine(Folder, path.Length > 0 ? path : "."); // an empty name becomes the folder, which cannot be opened
        isOn = true;
        return OpenFile();
    }

    /// <summary>Opens the same file again, because it was rotated or could not be opened before.</summary>
    internal void Reopen()
    {
        if (Path is null)
            return;
        Flush();
        file?.Dispose();
        file = null;
        OpenFile();
    }

    /// <summary>
    /// Turns tracing on or off. Turning it on opens again a file that could not be opened or written. Returns 0 or the errno.
    /// </summary>
    internal int Switch(bool on)
    {
        isOn = on;
        return on && file is null && Path is not null ? OpenFile() : 0;
    }

    /// <summary>Turns one switch on or off: <c>+io</c>, <c>-obj</c>. False: the word is another one.</summary>
    internal bool TrySwitch(string word)
    {
        if (word.Length < 2 || word[0] is not ('+' or '-') || !Enum.TryParse<TraceSwitches>(word[1..], ignoreCase: true, out var which)
            || !word[1..].All(char.IsAsciiLetterLower) || which == TraceSwitches.None)
            return false;
        Switches = word[0] == '+' ? Switches | which : Switches & ~which;
        return true;
    }

    /// <summary>Traces a message.</summary>
    /// <param name="direction">IN for a request, OUT for a reply or an event.</param>
    /// <param name="connection">The connection, which <see cref="Object"/> traces as an object.</param>
    /// <param name="domid">The domain of the connection.</param>
    internal void Message(string direction, object connection, ushort domid, MessageType type, ReadOnlySpan<byte> payload)
    {
        if (!Traces(TraceSwitches.Io))
            return;
        bool isRequest = direction == "IN";
        if (isRequest)
            omitsReply = type == MessageType.Read && PrivateKeys.Has(payload);
        if (!HasFree())
            return;
        Begin("io", direction, connection, domid);
        lines.Append(CommandTable.Name(type)).Append(" (");
        if (isRequest && type == MessageType.Write && PrivateKeys.Has(payload))
            Append(payload[..(payload.IndexOf((byte)0) + 1)]).Append(PrivateKeys.Omission);
        else if (!isRequest && type == MessageType.Read && omitsReply)
            lines.Append(PrivateKeys.Omission);
        else
            Append(payload);
        lines.Append(")\n");
    }

    /// <summary>Traces that an object was made or is gone: <c>CREATE connection</c>.</summary>
    internal void Object(string what, object which)
    {
        if (Traces(TraceSwitches.Obj) && HasFree())
            lines.Append(CultureInfo.InvariantCulture, $"obj: {what} 0x{RuntimeHelpers.GetHashCode(which):x}\n");
    }

    /// <summary>Traces a line about write limits or accounts.</summary>
    internal void Line(TraceSwitches kind, string text)
    {
        if (Traces(kind) && HasFree())
            lines.Append(CultureInfo.InvariantCulture, $"{kind.ToString().ToLowerInvariant()}: {text}\n");
    }

    /// <summary>Writes a text of the administrator's, also while tracing is off.</summary>
    internal void Print(string text)
    {
        if (file is not null)
            lines.Append("control: ").Append(text).Append('\n');
    }

    /// <summary>Writes the lines of this iteration to the file.</summary>
    internal void Flush()
    {
        if (lines.Length == 0)
            return;
        if (dropped > 0)
            lines.Append(CultureInfo.InvariantCulture, $"... {dropped} lines dropped\n");
        dropped = 0;
        byte[] bytes = Encoding.Latin1.GetBytes(lines.ToString());
        lines.Clear();
        for (int start = 0; start < bytes.Length && file is not null;)
        {
            int written = file.Write(bytes.AsSpan(start));
            if (written <= 0)
            {
                Fail("write", -written);
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

    // If an iteration traces more than this, further lines are dropped, and the trace says how many.
    bool HasFree()
    {
        if (lines.Length < MostBuffered)
            return true;
        dropped++;
        return false;
    }

    StringBuilder Append(ReadOnlySpan<byte> payload)
    {
        foreach (byte character in payload)
            lines.Append(character is >= 0x20 and < 0x7F ? (char)character : ' ');
        return lines;
    }

    void Begin(string kind, string direction, object connection, ushort domid) =>
        lines.Append(CultureInfo.InvariantCulture,
            $"{kind}: {direction} 0x{RuntimeHelpers.GetHashCode(connection):x} (d{domid}) {DateTime.Now:yyyyMMdd HH:mm:ss} ");

    int OpenFile()
    {
        int errno = 0;
        try
        {
            if (System.IO.Path.GetDirectoryName(Path) == System.IO.Path.TrimEndingDirectorySeparator(Folder))
                Xen.Linux.Files.Folder.Make(Folder);
            file = FileDescriptor.TryOpenAppend(Path!, out errno);
        }
        catch (PosixException e)
        {
            errno = e.Errno;
        }
        if (file is null)
            Fail("open", errno);
        else
            lines.Append("\n***\n");
        return errno;
    }

    void Fail(string what, int errno)
    {
        file?.Dispose();
        file = null;
        lines.Clear();
        failed?.Invoke(Path ?? "", new PosixException(what, errno).Message);
    }
}
