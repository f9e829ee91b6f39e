namespace XenStored.Tests.Kills;

/// <summary>A guest on its ring.</summary>
sealed class RingLine(string hypervisor, ushort domid) : Line
{
    /// <summary>The guest's port.</summary>
    internal const int Port = 5;

    readonly StoreGuest guest = new(hypervisor, domid, Port);

    public override void Dispose() => guest.Dispose();

    /// <summary>The page of another domain, which has the number now.</summary>
    internal void Clear() => guest.Bytes.Clear();

    internal override void SendBytes(byte[] bytes) => guest.Send(bytes);

    private protected override void Receive(Span<byte> into) => guest.Receive(into);
}
