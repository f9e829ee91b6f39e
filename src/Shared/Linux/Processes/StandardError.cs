using System.Text;

namespace Xen.Linux.Processes;

/// <summary>
/// Descriptor 2, without the runtime's console, which copies descriptors and blocks. A reader that does not read costs lines, never time:
/// they are dropped, counted, and the count is told with the next line that finds room.
/// </summary>
public static unsafe class StandardError
{
    const int Number = 2;

    static readonly Lock writing = new();
    static int dropped;

    /// <summary>Writes one line if there is room for it now.</summary>
    public static void WriteLine(string line)
    {
        lock (writing)
        {
            if (!HasRoom())
            {
                dropped++;
                return;
            }
            if (dropped > 0)
                line = $"({dropped} lines dropped)\n{line}";
            dropped = 0;
            var bytes = Encoding.UTF8.GetBytes(line + "\n");
            // A pipe that polls as writable takes PIPE_BUF bytes at once; longer lines go in such pieces.
            for (int start = 0; start < bytes.Length && HasRoom(); start += 4096)
                fixed (byte* piece = &bytes[start])
                    _ = Libc.write(Number, piece, (nuint)Math.Min(4096, bytes.Length - start)); // nobody is left to tell
        }
    }

    /// <summary>Writes text as it is, and waits for room.</summary>
    public static void Write(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        lock (writing)
            for (int done = 0; done < bytes.Length;)
                fixed (byte* piece = &bytes[done])
                {
                    nint written = Libc.write(Number, piece, (nuint)(bytes.Length - done));
                    if (written <= 0)
                        return; // nobody is left to tell
                    done += (int)written;
                }
    }

    static bool HasRoom()
    {
        var poll = new Libc.PollFd { Descriptor = Number, Events = Libc.POLLOUT };
        return Libc.poll(&poll, 1, 0) > 0 && (poll.Returned & Libc.POLLOUT) != 0;
    }
}
