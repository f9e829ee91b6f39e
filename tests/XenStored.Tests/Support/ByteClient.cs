using Xen.Linux.Loop;
using XenStored.Connections.State;
using XenStored.Connections.Transports;

namespace XenStored.Tests.Support;

/// <summary>A socket client without a socket.</summary>
sealed class ByteClient : ITransport
{
    internal List<byte> Input { get; } = [];
    internal List<byte> Output { get; } = [];
    internal Connection Connection { get; set; } = null!;
    internal bool IsClosed { get; private set; }
    internal bool EndsAfterInput { get; set; }

    /// <summary>A read brings no more than this, and what is left is not announced.</summary>
    internal int MostOfARead { get; set; } = int.MaxValue;

    public bool HasMore => Input.Count > 0;

    public void Begin(IReadyHandler handler) { }

    public int Read(Span<byte> into, out TransferEnd end)
    {
        int count = Math.Min(Math.Min(into.Length, Input.Count), MostOfARead);
        end = EndsAfterInput && count == 0 ? TransferEnd.Closed : TransferEnd.Fine;
        Input.GetRange(0, count).ToArray().CopyTo(into);
        Input.RemoveRange(0, count);
        return count;
    }

    public bool EndRead(int unserved) => false;

    public int Write(ReadOnlySpan<byte> bytes, out TransferEnd end)
    {
        end = TransferEnd.Fine;
        Output.AddRange(bytes);
        return bytes.Length;
    }

    /// <summary>Whether it is watched for what it sends.</summary>
    internal bool WantsRead { get; private set; }

    public Readiness ShowMoves(bool hasMore, bool wantsRead)
    {
        WantsRead = wantsRead;
        return Readiness.None;
    }

    public void Close() => IsClosed = true;
}
