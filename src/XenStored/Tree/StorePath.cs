using System.Buffers;
using Xen.Protocol.Wire;

namespace XenStored.Tree;

/// <summary>
/// A valid path of the store: an absolute path, where only the root has a trailing slash, or the name of a special watch. The bytes lie in
/// the request or in the caller's buffer. Copy them to keep a path.
/// </summary>
readonly ref struct StorePath
{
    /// <summary>Bytes that a buffer for <see cref="TryParse"/> needs.</summary>
    internal const int BufferSize = WireLimits.Payload + 32;

    static readonly SearchValues<byte> Characters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-/_@"u8);

    /// <summary>Bytes of the longest home, <c>/local/domain/65535</c>.</summary>
    internal const int LongestHome = 19;

    /// <summary>Whether each byte is one that a path may have.</summary>
    internal static bool HasOnlyCharacters(ReadOnlySpan<byte> text) => !text.ContainsAnyExcept(Characters);

    static ReadOnlySpan<byte> Homes => "/local/domain/"u8;

    StorePath(ReadOnlySpan<byte> bytes, int homeLength)
    {
        Bytes = bytes;
        HomeLength = homeLength;
    }

    /// <summary>The absolute path, or the special name.</summary>
    internal ReadOnlySpan<byte> Bytes { get; }

    /// <summary>Bytes of <c>/local/domain/N/</c> that were put before a relative path; 0 for an absolute path.</summary>
    internal int HomeLength { get; }

    internal bool IsRoot => Bytes is [(byte)'/']; // "@" is as short
    internal bool IsSpecial => Bytes[0] == '@';

    /// <summary>Makes a path from bytes that are known to be valid.</summary>
    internal static StorePath Trusted(ReadOnlySpan<byte> bytes) => new(bytes, 0);

    /// <summary>
    /// Reads a client's path. A relative path is below <c>/local/domain/<paramref name="domid"/></c>.
    /// </summary>
    /// <param name="text">The path without a NUL.</param>
    /// <param name="domid">The client's domain.</param>
    /// <param name="buffer">Gets an absolute path made of a relative one; <see cref="BufferSize"/> bytes.</param>
    internal static bool TryParse(ReadOnlySpan<byte> text, ushort domid, Span<byte> buffer, out StorePath path)
    {
        path = default;
        if (text.IsEmpty || !HasOnlyCharacters(text) || text.IndexOf("//"u8) >= 0)
            return false;
        if (text[^1] == '/' && text.Length > 1)
            return false;
        if (text[0] is (byte)'/' or (byte)'@')
        {
            path = new(text, 0);
            return true;
        }
        int home = WriteHome(domid, buffer);
        buffer[home++] = (byte)'/';
        text.CopyTo(buffer[home..]);
        path = new(buffer[..(home + text.Length)], home);
        return true;
    }

    /// <summary>Writes <c>/local/domain/N</c> and returns its length.</summary>
    internal static int WriteHome(ushort domid, Span<byte> into)
    {
        Homes.CopyTo(into);
        domid.TryFormat(into[Homes.Length..], out int digits);
        return Homes.Length + digits;
    }

    /// <summary>Bytes that count for the quota path-max: those after <c>/local/domain/</c>, one to five digits and a slash.</summary>
    internal int RelativeLength
    {
        get
        {
            if (!Bytes.StartsWith(Homes))
                return Bytes.Length;
            var rest = Bytes[Homes.Length..];
            int digits = rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            return digits is > 0 and <= 5 && rest[digits] == '/' ? rest.Length - digits - 1 : Bytes.Length;
        }
    }

    /// <summary>The path of the parent. The root is its own parent.</summary>
    internal StorePath Parent
    {
        get
        {
            int slash = Bytes.LastIndexOf((byte)'/');
            return new(Bytes[..Math.Max(slash, 1)], 0);
        }
    }

    /// <summary>The number of names in the path; 0 for the root.</summary>
    internal int Depth => IsRoot ? 0 : Bytes.Count((byte)'/') + (IsSpecial ? 1 : 0);
}
