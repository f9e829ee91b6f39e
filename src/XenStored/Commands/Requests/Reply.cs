using Xen.Protocol.Wire;
using XenStored.Clients;
using XenStored.Tree;

namespace XenStored.Commands.Requests;

/// <summary>
/// The result of a command: an error, data, or a change. The caller makes a change, and the reply is whether that went well. Data and
/// change may be in buffers, so they are valid until the next request.
/// </summary>
readonly ref struct Reply
{
    Reply(XsError error, ReadOnlySpan<byte> data)
    {
        Error = error;
        Data = data;
    }

    /// <summary>The request is answered later, by the part that keeps its header until then.</summary>
    internal bool IsLater { get; private init; }

    internal XsError Error { get; }
    internal ReadOnlySpan<byte> Data { get; }

    /// <summary>If <see cref="HasChange"/>: the reply is OK when it is made, or the error for which it is refused.</summary>
    internal Change Change { get; private init; }
    internal bool HasChange { get; private init; }

    /// <summary>A watch whose first event follows the reply.</summary>
    internal Watch? FirstEventOf { get; private init; }

    internal static Reply Later => new(XsError.None, default) { IsLater = true };
    internal static Reply Ok => new(XsError.None, "OK\0"u8);
    internal static Reply Of(ReadOnlySpan<byte> data) => new(XsError.None, data);

    /// <summary>OK, and then the first event of a new watch.</summary>
    internal static Reply Watching(Watch watch) => new(XsError.None, Ok.Data) { FirstEventOf = watch };

    /// <summary>OK, or an error.</summary>
    internal static Reply OkOr(XsError error) => error;

    /// <summary>OK once the change is made, or the error for which it is refused: the caller has it made.</summary>
    internal static Reply OkIfMade(Change change) => new(XsError.None, default) { Change = change, HasChange = true };

    public static implicit operator Reply(XsError error) => error == XsError.None ? Ok : new(error, default);
}
