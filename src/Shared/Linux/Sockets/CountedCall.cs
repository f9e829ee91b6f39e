using System.Runtime.CompilerServices;

namespace Xen.Linux.Sockets;

/// <summary>
/// A call that receives or sends bytes over a socket and whose result the kernel itself writes into the caller's memory (recvmmsg(2),
/// sendmmsg(2)), before the process can act on any signal. In memory of a mapped file the result is known to another process even if this
/// one is killed at that instant.
/// </summary>
public static unsafe class CountedCall
{
    /// <summary>
    /// Bytes of the memory that a call needs: struct mmsghdr and a vector. It must be aligned to 8 bytes and must not move.
    /// </summary>
    public const int Size = 80;

    /// <summary>The bytes that a call has moved; 0 if it moved none, or was not made.</summary>
    public static int Result(Span<byte> call) => (int)Of(call).Count;

    /// <summary>Receives bytes. Returns their number, 0 at the end, or minus an errno.</summary>
    /// <param name="call">Memory that is all zero.</param>
    /// <param name="into">Where the bytes go. It must not move.</param>
    public static int Receive(FileDescriptor socket, Span<byte> call, Span<byte> into)
    {
        fixed (byte* memory = call, start = into)
        {
            var message = Fill(memory, start, into.Length);
            return Done(message, Libc.recvmmsg(socket.Number, message, 1, Libc.MSG_DONTWAIT, null));
        }
    }

    /// <summary>Sends bytes. Returns their number, or minus an errno.</summary>
    /// <param name="call">Memory that is all zero.</param>
    public static int Send(FileDescriptor socket, Span<byte> call, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* memory = call, start = bytes)
        {
            var message = Fill(memory, start, bytes.Length);
            return Done(message, Libc.sendmmsg(socket.Number, message, 1, Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL));
        }
    }

    static Libc.CountedMessage* Fill(byte* memory, byte* start, int length)
    {
        var message = (Libc.CountedMessage*)memory;
        message->Vector = new() { Start = start, Length = (nuint)length };
        message->Header = new() { Vectors = &message->Vector, VectorCount = 1 };
        return message;
    }

    static int Done(Libc.CountedMessage* message, int result) => result < 0 ? -Libc.LastError : (int)message->Count;

    static ref Libc.CountedMessage Of(Span<byte> call) => ref Unsafe.As<byte, Libc.CountedMessage>(ref call[..Size][0]);
}
