using System.Text;

namespace Xen.Linux.Processes;

/// <summary>
/// Writes to descriptor 2 without the runtime's console, which copies descriptors and blocks. A reader that does not read never delays the
/// daemon: lines are dropped and counted. The next line that finds space reports the count.
/// </summary>
public static unsafe class StandardError
{
    const int Number = 2;

    static readonly Lock Writing = new();
    static int dropped;

    /// <summary>Writes one line, or drops it if there is no space now.</summary>
    public static void WriteLine(string line)
    {
        lock (Writing)
        {
            if (!HasSpace())
            {
                dropped++;
                return;
            }
            if (dropped > 0)
                line = $"({dropped} lines dropped)\n{line}";
            dropped = 0;
            byte[] bytes = Encoding.UTF8.GetBytes(line + "\n");
            // A pipe that polls as writable takes PIPE_BUF (4096) bytes at once. Longer lines are written in such pieces. There is no
            // place left to report a failure.
            for (int start = 0; start < bytes.Length && HasSpace(); start += 4096)
                fixed (byte* piece = &bytes[start])
                    _ = Libc.write(Number, piece, (nuint)Math.Min(4096, bytes.Length - start));
        }
    }

    /// <summary>Writes text as it is, and waits for space.</summary>
    public static void Write(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        lock (Writing)
            for (int done = 0; done < bytes.Length;)
                fixed (byte* piece = &bytes[done])
                {
                    nint written = Libc.write(Number, piece, (nuint)(bytes.Length - done));
                    if (written <= 0)
                        return; // there is no place left to report a failure
                    done += (int)written;
                }
    }

    static bool HasSpace()
    {
        var poll = new Libc.PollFd { Descriptor = Number, Events = Libc.POLLOUT };
        return Libc.poll(&poll, 1, 0) > 0 && (poll.Returned & Libc.POLLOUT) != 0;
    }
}
