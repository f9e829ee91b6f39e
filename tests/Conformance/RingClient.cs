using System.IO.MemoryMappedFiles;

namespace Xen.Conformance;

/// <summary>A guest: the other end of a ring page, which the daemon maps from the same file.</summary>
sealed class RingClient : IGuest
{
    public const int PageSize = 4096;
    const int RingSize = 1024;
    const int ResponseRing = 1024;

    readonly MemoryMappedFile _file;
    readonly MemoryMappedViewAccessor _page;
    readonly Doorbell _bell;
    readonly Action _notify;
    readonly List<byte> _received = [];

    public RingClient(string ring, string doorbell, Action notify)
    {
        _file = MemoryMappedFile.CreateFromFile(ring, FileMode.Open, null, PageSize);
        _page = _file.CreateViewAccessor();
        _bell = new Doorbell(doorbell);
        _notify = notify;
    }

    /// <summary>A ring has no end; only silence tells that the daemon has given it up.</summary>
    public bool IsClosed => false;

    public int Notifications => _bell.Count;

    public uint Peek(RingField field)
    {
        var value = _page.ReadUInt32((long)field);
        Thread.MemoryBarrier();
        return value;
    }

    public void Poke(RingField field, uint value)
    {
        Thread.MemoryBarrier();
        _page.Write((long)field, value);
        Thread.MemoryBarrier();
    }

    public void Notify() => _notify();

    public void Reset() => _received.Clear();

    public void Send(ReadOnlySpan<byte> bytes)
    {
        var deadline = DateTime.UtcNow + TimeSpan.FromSeconds(30);
        while (bytes.Length > 0)
        {
            var produced = Peek(RingField.ReqProd);
            var free = RingSize - (int)(produced - Peek(RingField.ReqCons));
            if (free <= 0)
            {
                if (DateTime.UtcNow > deadline)
                {
                    throw new TimeoutException("the request ring stays full");
                }
                _bell.Wait(TimeSpan.FromMilliseconds(20));
                continue;
            }
            var count = Math.Min(free, bytes.Length);
            for (var i = 0; i < count; i++)
            {
                _page.Write((produced + (uint)i) % RingSize, bytes[i]);
            }
            Poke(RingField.ReqProd, produced + (uint)count);
            _notify();
            bytes = bytes[count..];
        }
    }

    public Message? Receive(TimeSpan timeout)
    {
        var deadline = DateTime.UtcNow + timeout;
        while (true)
        {
            if (Wire.TakeMessage(_received) is { } message)
            {
                return message;
            }
            if (Fill())
            {
                continue;
            }
            var left = deadline - DateTime.UtcNow;
            if (left <= TimeSpan.Zero)
            {
                return null;
            }
            _bell.Wait(left);
        }
    }

    bool Fill()
    {
        var consumed = Peek(RingField.RspCons);
        var count = Peek(RingField.RspProd) - consumed;
        if (count is 0 or > RingSize)
        {
            return false;
        }
        for (var i = 0u; i < count; i++)
        {
            _received.Add(_page.ReadByte(ResponseRing + (consumed + i) % RingSize));
        }
        Poke(RingField.RspCons, consumed + count);
        _notify();
        return true;
    }

    public void Dispose()
    {
        _bell.Dispose();
        _page.Dispose();
        _file.Dispose();
    }
}
