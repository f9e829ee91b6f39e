using System.Text;

namespace XenConsoled.Tests.Support;

/// <summary>
/// Linux's console driver (hvc_xen) as a guest has it. It takes up to 16 bytes at a time from the kernel's messages and waits until they
/// are in the ring. From Linux 7.2 on it looks at the page's byte "connection" before: if that says that nobody listens, it throws the
/// piece away.
/// </summary>
sealed class LinuxConsole(SimulatedGuest guest, bool looksAtConnection)
{
    const int Piece = 16;
    const byte Disconnected = 1;

    readonly StringBuilder written = new();

    /// <summary>All that the kernel wanted to say.</summary>
    internal string Written => written.ToString();

    /// <summary>Bytes that the driver threw away.</summary>
    internal int Lost { get; private set; }

    internal void Print(string line)
    {
        written.Append(line);
        byte[] bytes = Encoding.UTF8.GetBytes(line);
        for (int start = 0; start < bytes.Length; start += Piece)
        {
            var piece = bytes.AsSpan(start, Math.Min(Piece, bytes.Length - start));
            if (looksAtConnection && guest.Bytes[SimulatedGuest.ConnectionOffset] == Disconnected)
                Lost += piece.Length;
            else
                guest.Write(piece);
        }
    }
}
