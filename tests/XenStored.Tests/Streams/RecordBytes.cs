using System.Text;

namespace XenStored.Tests.Streams;

/// <summary>Streams made by hand, from the layouts of the documents.</summary>
static class RecordBytes
{
    internal static byte[] Preamble(byte version, uint flags = 0) =>
        [.. "xenstore"u8, 0, 0, 0, version, (byte)(flags >> 24), (byte)(flags >> 16), (byte)(flags >> 8), (byte)flags];

    internal static byte[] U16(int value) => BitConverter.GetBytes((ushort)value);

    internal static byte[] U32(long value) => BitConverter.GetBytes((uint)value);

    internal static byte[] U64(ulong value) => BitConverter.GetBytes(value);

    internal static byte[] Text(string text) => Encoding.Latin1.GetBytes(text);

    /// <summary>Pads a body, and puts its header before it.</summary>
    internal static byte[] Record(uint type, params byte[][] parts)
    {
        byte[] body = [.. parts.SelectMany(part => part)];
        byte[] padding = new byte[-body.Length & 7];
        return [.. U32(type), .. U32(body.Length + padding.Length), .. body, .. padding];
    }

    internal static byte[] Global => Record(1, U32(3), U32(7));

    internal static byte[] End => Record(0);

    internal static byte[] Socket(uint id) => Record(2, U32(id), U16(1), U16(0), U32(9), U32(0), U16(0), U16(0), U32(0));

    internal static byte[] Ring(uint id, int domid) =>
        Record(2, U32(id), U16(0), U16(0), U16(domid), U16(0x7ff4), U32(5), U16(0), U16(0), U32(0));

    internal static byte[] Node(string path, string value = "", string letter = "n") =>
        Record(5, U32(0), U32(0), U16(path.Length + 1), U16(value.Length), U16(0), U16(1),
            Text(letter), [0], U16(0), Text(path + "\0"), Text(value));

    internal static byte[] Stream(byte version, params byte[][] records) =>
        [.. Preamble(version), .. Global, .. records.SelectMany(record => record), .. End];
}
