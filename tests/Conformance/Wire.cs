using System.Buffers.Binary;
using System.Text;

namespace Xen.Conformance;

/// <summary>This runner's own idea of the protocol (xs_wire.h); on purpose not the daemon's.</summary>
static class Wire
{
    internal const int HeaderSize = 16;
    internal const uint Introduce = 8;
    internal const uint GetDomainPath = 10;
    internal const uint WatchEvent = 15;
    internal const uint Error = 16;

    static readonly string[] Names =
    [
        "control", "directory", "read", "getperms", "watch", "unwatch", "start", "end", "introduce", "release", "getdomainpath", "write",
        "mkdir", "rm", "setperms", "watchevent", "error", "isintroduced", "resume", "settarget", "restrict", "resetwatches",
        "directorypart", "getfeature", "setfeature", "getquota", "setquota",
    ];

    static readonly HashSet<string> Errors =
    [
        "EINVAL", "EACCES", "EEXIST", "EISDIR", "ENOENT", "ENOMEM", "ENOSPC", "EIO", "ENOTEMPTY", "ENOSYS", "EROFS", "EBUSY", "EAGAIN",
        "EISCONN", "E2BIG", "EPERM", "EQUOTA",
    ];

    internal static bool IsErrorName(string word) => Errors.Contains(word);

    /// <summary>The number of a message type given by name or number.</summary>
    internal static uint? TypeOf(string word) =>
        Array.IndexOf(Names, word) is >= 0 and var index ? (uint)index : uint.TryParse(word, out uint number) ? number : null;

    internal static byte[] Bytes(string latin1) => Encoding.Latin1.GetBytes(latin1);

    internal static byte[] Header(uint type, uint requestId, uint transactionId, uint length)
    {
        byte[] bytes = new byte[HeaderSize];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, type);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), requestId);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), transactionId);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), length);
        return bytes;
    }

    /// <summary>Takes the first whole message off the bytes received so far, or null.</summary>
    internal static Message? TakeMessage(List<byte> received)
    {
        if (received.Count < HeaderSize)
            return null;
        var bytes = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(received);
        int size = HeaderSize + BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]);
        if (received.Count < size)
            return null;
        var message = new Message(
            BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]),
            Encoding.Latin1.GetString(bytes[HeaderSize..size]));
        received.RemoveRange(0, size);
        return message;
    }

    internal static string Quote(string payload)
    {
        var text = new StringBuilder("\"");
        foreach (char c in payload)
        {
            text.Append(c switch
            {
                '\0' => "\\0",
                '\n' => "\\n",
                '\t' => "\\t",
                '"' or '\\' => "\\" + c,
                >= ' ' and <= '~' => c.ToString(),
                _ => $"\\x{(int)c:x2}",
            });
        }
        return text.Append('"').ToString();
    }

    /// <summary>Enough of a long text for a message to people.</summary>
    internal static string Short(string text) => text.Length <= 300 ? text : $"{text[..100]}…({text.Length} characters)";
}
