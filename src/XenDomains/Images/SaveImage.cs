using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using XenDomains.Toolstack;

namespace XenDomains.Images;

/// <summary>
/// The file that `xl save` writes: the name of its guest, and whether the image is whole. The reader walks from record to record. The file
/// holds a header of xl with the guest's configuration, then the stream of libxl (docs/specs/libxl-migration-stream.pandoc of Xen), and in
/// it the stream of libxc (libxc-migration-stream.pandoc). The contents of records are skipped, so a look costs about one read for each
/// megabyte.
/// </summary>
/// <param name="Guest">The guest's configuration; null if the header does not hold it.</param>
/// <param name="Fault">Why the image cannot be restored: what is missing or wrong; null if it is whole.</param>
sealed record SaveImage(GuestSetup? Guest, string? Fault)
{
    /// <summary>The first bytes of every image of Xen's toolstacks.</summary>
    internal static ReadOnlySpan<byte> Magic => "Xen saved domain"u8;

    const string XlMagic = "Xen saved domain, xl format\n \0 \r";
    const int MagicBytes = 32, HeaderBytes = MagicBytes + 4 * sizeof(uint), LongestConfig = 16 << 20;
    const uint OwnOrder = 0x01020304, IsJson = 1, IsStream2 = 2;
    const ulong LibxlIdent = 0x4c6962786c466d74; // "LibxlFmt"
    const uint LibxcId = 0x58454E46; // "XENF"
    const uint End = 0, LibxcContext = 1, BeyondAnyType = 0x100, Optional = 0x8000_0000;

    /// <summary>The file does not begin like an image.</summary>
    internal bool IsOther { get; private init; }

    /// <summary>Reads an image from its start.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    internal static SaveImage Read(Stream file)
    {
        GuestSetup? guest = null;
        try
        {
            Span<byte> header = stackalloc byte[HeaderBytes];
            int length = file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false);
            if (!header[..length].StartsWith(Magic))
                return new(null, "it is no image of a guest") { IsOther = true };
            if (length < HeaderBytes)
                throw new EndOfStreamException();
            if (Encoding.Latin1.GetString(header[..XlMagic.Length]) != XlMagic)
                return new(null, "it was not written by xl");
            uint order = Number(header[MagicBytes..]), mandatory = Number(header[(MagicBytes + 4)..]),
                configured = Number(header[(MagicBytes + 12)..]);
            if (order != OwnOrder)
                return new(null, "it was written on a machine of another byte order");
            if (configured < sizeof(uint) || configured > LongestConfig)
                return new(null, "its header is damaged");
            byte[] config = new byte[configured];
            file.ReadExactly(config);
            uint configBytes = Number(config);
            if (configBytes > configured - sizeof(uint))
                return new(null, "its header is damaged");
            guest = (mandatory & IsJson) != 0 ? Setup(config.AsMemory(sizeof(uint), (int)configBytes)) : null;
            if ((mandatory & IsStream2) == 0)
                return new(guest, null); // made before Xen 4.6: the format does not show whether it is whole
            return new(guest, Libxl(file));
        }
        catch (EndOfStreamException)
        {
            return new(guest, $"it is cut off after {file.Length} bytes");
        }
    }

    static string? Libxl(Stream file)
    {
        Span<byte> header = stackalloc byte[16];
        file.ReadExactly(header);
        if (BinaryPrimitives.ReadUInt64BigEndian(header) != LibxlIdent)
            return "what follows its header is no stream of libxl";
        while (true)
        {
            long at = file.Position;
            switch (Record(file))
            {
                case End:
                    return file.Position == file.Length ? null : $"it goes on after its end, at byte {file.Position}";
                case LibxcContext:
                    if (Libxc(file) is { } fault)
                        return fault;
                    break;
                case > BeyondAnyType and < Optional: // no type: the position in the stream is wrong
                    return $"there is no such record as at byte {at}";
            }
        }
    }

    static string? Libxc(Stream file)
    {
        Span<byte> header = stackalloc byte[24 + 16]; // the image header and the domain header
        file.ReadExactly(header);
        if (BinaryPrimitives.ReadUInt64BigEndian(header) != ulong.MaxValue || BinaryPrimitives.ReadUInt32BigEndian(header[8..]) != LibxcId)
            return "its memory is no stream of libxc";
        while (true)
        {
            long at = file.Position;
            uint type = Record(file);
            if (type == End)
                return null;
            if (type is > BeyondAnyType and < Optional)
                return $"there is no such record as at byte {at}";
        }
    }

    // Reads a record's type and skips its body.
    static uint Record(Stream file)
    {
        Span<byte> header = stackalloc byte[8];
        file.ReadExactly(header);
        long next = file.Position + (Number(header[4..]) + 7L & ~7L);
        if (next > file.Length)
            throw new EndOfStreamException();
        file.Position = next;
        return Number(header);
    }

    static uint Number(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    static GuestSetup? Setup(ReadOnlyMemory<byte> config)
    {
        try
        {
            int zero = config.Span.IndexOf((byte)0);
            return GuestSetup.Parse(zero < 0 ? config : config[..zero]);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
