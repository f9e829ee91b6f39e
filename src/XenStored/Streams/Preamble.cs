using System.Buffers.Binary;

namespace XenStored.Streams;

/// <summary>
/// What a stream begins with, and which format that means. Records begin with 16 bytes, always big-endian: <c>xenstore</c>, u32 version,
/// u32 flags, of which bit 0 says that the records are big-endian (Xen's docs/designs/xenstore-migration.md). oxenstored's dump begins
/// with a line of its own (tools/ocaml/xenstored).
/// </summary>
static class Preamble
{
    /// <summary>Bytes before the first record.</summary>
    internal const int Size = 16;

    /// <summary>Bytes that <see cref="Detect"/> needs to tell all formats apart.</summary>
    internal const int BytesToDetect = 23;

    internal const int NewestVersion = 2;

    internal static ReadOnlySpan<byte> Ident => "xenstore"u8;

    /// <summary>The first line of oxenstored's dump, without its end.</summary>
    internal static ReadOnlySpan<byte> DumpHeader => "$xenstored-dump-format"u8;

    /// <summary>Says which format it is.</summary>
    /// <param name="first">The first <see cref="BytesToDetect"/> bytes, or all if there are fewer.</param>
    internal static StreamFormat Detect(ReadOnlySpan<byte> first)
    {
        if (first.StartsWith(DumpHeader) && (first.Length == DumpHeader.Length || first[DumpHeader.Length] is (byte)'\n' or (byte)'\r'))
            return StreamFormat.OxenstoredDump;
        if (first.Length < Size || !first.StartsWith(Ident))
            return StreamFormat.Unknown;
        return FaultOf(first) is null ? StreamFormat.Unknown + (int)Version(first) : StreamFormat.OtherRecords;
    }

    /// <summary>The version of a stream of records.</summary>
    internal static uint Version(ReadOnlySpan<byte> preamble) => BinaryPrimitives.ReadUInt32BigEndian(preamble[Ident.Length..]);

    /// <summary>Why records that begin like this cannot be read; null if they can.</summary>
    internal static string? FaultOf(ReadOnlySpan<byte> preamble)
    {
        if (preamble.Length < Size || !preamble.StartsWith(Ident))
            return "The stream does not begin as one of xenstored's.";
        if (Version(preamble) is 0 or > NewestVersion)
            return $"The stream has version {Version(preamble)}; versions 1 to {NewestVersion} can be read.";
        // C xenstored writes the flags in the order of its machine, and the document wants them big-endian.
        return BinaryPrimitives.ReadUInt32BigEndian(preamble[12..]) switch
        {
            0 => null,
            1 or 1 << 24 => "The records of the stream are big-endian, which cannot be read.",
            var flags => $"The stream has the unknown flags 0x{flags:x8}.",
        };
    }

    /// <summary>Writes the preamble of little-endian records.</summary>
    internal static void Write(Span<byte> into, int version)
    {
        into[..Size].Clear();
        Ident.CopyTo(into);
        BinaryPrimitives.WriteInt32BigEndian(into[Ident.Length..], version);
    }
}
