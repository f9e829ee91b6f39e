using System.Buffers.Text;
using System.Text;
using Xen.Protocol.Wire;

namespace XenStored.Commands.Requests;

/// <summary>A buffer in which a reply is built. It holds one payload, and notes if something did not fit.</summary>
sealed class ReplyBuffer
{
    readonly byte[] bytes = new byte[WireLimits.Payload];

    internal int Length { get; private set; }
    internal bool IsOverfull { get; private set; }

    /// <summary>Bytes that still fit.</summary>
    internal int Capacity => bytes.Length - Length;

    /// <summary>The reply: what was appended, or E2BIG if that was more than a payload.</summary>
    internal Reply Reply => IsOverfull ? XsError.E2BIG : Reply.Of(bytes.AsSpan(0, Length));

    internal ReplyBuffer Clear()
    {
        (Length, IsOverfull) = (0, false);
        return this;
    }

    internal ReplyBuffer Append(ReadOnlySpan<byte> data)
    {
        if (data.Length > Capacity)
            IsOverfull = true;
        else
        {
            data.CopyTo(bytes.AsSpan(Length));
            Length += data.Length;
        }
        return this;
    }

    internal ReplyBuffer Append(long number)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(number, digits, out int length);
        return Append(digits[..length]);
    }

    /// <summary>Makes a reply of text for a person. Text that is longer than a payload is cut, not refused.</summary>
    internal Reply Text(string text)
    {
        Clear();
        byte[] encoded = Encoding.UTF8.GetBytes(text);
        return Append(encoded.AsSpan(0, Math.Min(encoded.Length, bytes.Length - 1))).Append([0]).Reply;
    }
}
