using System.Text;
using Xen.Linux;

namespace XenConsoled.Tests.Support;

/// <summary>Who has a console's pty open, as `xenconsole` has it.</summary>
sealed class PtyViewer(string path) : IDisposable
{
    readonly FileDescriptor pty = FileDescriptor.OpenReadWrite(path);
    readonly List<byte> seen = [];

    internal string Seen => Encoding.UTF8.GetString(seen.ToArray());

    /// <summary>Reads until a text has come.</summary>
    /// <param name="otherwise">Tells more where it does not come.</param>
    internal string ReadUntil(string text, Func<string>? otherwise = null)
    {
        long until = Environment.TickCount64 + LimitMs;
        while (!Seen.Contains(text, StringComparison.Ordinal))
        {
            if (Environment.TickCount64 >= until)
                Assert.Fail($"\"{text}\" did not come{(IsHungUp ? ", for the pty is gone" : "")};"
                    + $" what came ends with \"{Seen[Math.Max(0, Seen.Length - 300)..]}\"\n{otherwise?.Invoke()}");
            if (ReadOnce() == 0)
                Thread.Sleep(1);
        }
        return Seen;
    }

    /// <summary>Reads what there is until nothing comes for a while.</summary>
    internal string ReadAll(int quietMs = 300)
    {
        for (long until = Environment.TickCount64 + quietMs; Environment.TickCount64 < until;)
            if (ReadOnce() > 0)
                until = Environment.TickCount64 + quietMs;
            else
                Thread.Sleep(1);
        return Seen;
    }

    internal void Type(string text) => Assert.Equal(0, pty.WriteAll(Encoding.UTF8.GetBytes(text)));

    internal int TryType(ReadOnlySpan<byte> bytes) => pty.Write(bytes);

    /// <summary>Whether its other end is gone.</summary>
    internal bool IsHungUp
    {
        get
        {
            Span<byte> one = stackalloc byte[1];
            return pty.Read(one) is 0 or -Errno.EIO;
        }
    }

    public void Dispose() => pty.Dispose();

    int ReadOnce()
    {
        Span<byte> bytes = stackalloc byte[4096];
        int count = pty.Read(bytes);
        if (count > 0)
            seen.AddRange(bytes[..count]);
        return Math.Max(count, 0);
    }
}
