using System.Buffers.Binary;
using System.Text;

namespace XenDomains.Tests.Images;

/// <summary>Writes what `xl save` writes, in small.</summary>
static class ImageBytes
{
    internal static byte[] Of(string name, int pages = 3, string disks = "[]")
    {
        var image = new MemoryStream();
        image.Write(Encoding.Latin1.GetBytes("Xen saved domain, xl format\n \0 \r"));
        byte[] config = Encoding.UTF8.GetBytes(
            $"{{\"c_info\": {{\"name\": {System.Text.Json.JsonSerializer.Serialize(name)}}}, \"disks\": {disks}}}\0");
        foreach (uint number in (ReadOnlySpan<uint>)[0x01020304, 3, 0, (uint)config.Length + 4, (uint)config.Length])
            Write(image, number);
        image.Write(config);
        image.Write("LibxlFmt"u8);
        image.Write([0, 0, 0, 2, 0, 0, 0, 0]);
        Record(image, 1, []); // libxc's stream
        image.Write([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
        image.Write("XENF"u8);
        image.Write([0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0]);
        image.Write([1, 0, 0, 0, 12, 0, 0, 0, 4, 0, 0, 0, 17, 0, 0, 0]);
        for (int page = 0; page < pages; page++)
            Record(image, 1, new byte[4096 + page]);
        Record(image, 0, []);
        Record(image, 2, "a\0b\0"u8.ToArray());
        Record(image, 0, []);
        return image.ToArray();
    }

    static void Record(MemoryStream image, uint type, byte[] body)
    {
        Write(image, type);
        Write(image, (uint)body.Length);
        image.Write(body);
        image.Write(new byte[-body.Length & 7]);
    }

    static void Write(MemoryStream image, uint number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, number);
        image.Write(bytes);
    }
}
