using Xen.Protocol.Wire;

namespace XenStored.Commands;

/// <summary>The result of a command: an error or data. The data may be in a buffer, so they are valid until the next request.</summary>
readonly ref struct Reply
{
    Reply(XsError error, ReadOnlySpan<byte> data)
    {
        Error = error;
        Data = data;
    }

    /// <summary>There is no reply yet. Who has the request's header answers it.</summary>
    internal bool IsLater { get; private init; }

    internal XsError Error { get; }
    internal ReadOnlySpan<byte> Data { get; }

    internal static Reply Later => new(XsError.None, default) { IsLater = true };
    internal static Reply Ok => new(XsError.None, "OK\0"u8);
    internal static Reply Of(ReadOnlySpan<byte> data) => new(XsError.None, data);

    public static implicit operator Reply(XsError error) => error == XsError.None ? Ok : new(error, default);
}
