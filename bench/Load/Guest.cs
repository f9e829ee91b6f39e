using System.Runtime.InteropServices;
using System.Text;

namespace Load;

/// <summary>
/// A simulated guest: its ring page and event channel by the folder protocol of tests/Peers
/// (ring.DOMID is the page, evtchn tells the daemon, guest.DOMID tells the guest).
/// </summary>
sealed unsafe class Guest : IStore, IDisposable
{
    const int Half = 1024, ReqCons = 2048, ReqProd = 2052, RspCons = 2056, RspProd = 2060, PageSize = 4096;
    readonly byte* page;
    readonly int toDaemon, fromDaemon;
    readonly uint bell;
    readonly byte[] input = new byte[Wire.HeaderSize + Wire.MaxPayload];

    public Guest(string folder, int domid, int port)
    {
        const int readWrite = 3, shared = 1;
        Prepare(folder, domid);
        var file = Native.Open($"{folder}/ring.{domid}", Native.O_RDWR | Native.O_CLOEXEC, 0);
        page = Native.MMap(null, PageSize, readWrite, shared, file, 0);
        if (page == (byte*)-1)
            throw Native.Failure("mmap of the ring");
        Native.Close(file);
        toDaemon = Fifo($"{folder}/evtchn");
        fromDaemon = Fifo($"{folder}/guest.{domid}");
        bell = (uint)domid << 16 | (uint)port;
    }

    /// <summary>The files of a domain, which have to be there when it is introduced.</summary>
    public static void Prepare(string folder, int domid)
    {
        var file = Native.Open($"{folder}/ring.{domid}", Native.O_RDWR | Native.O_CREAT | Native.O_CLOEXEC, 0x180);
        if (file < 0 || Native.FTruncate(file, PageSize) < 0)
            throw Native.Failure("the ring's file");
        Native.Close(file);
        var fifo = $"{folder}/guest.{domid}";
        if (Native.MkFifo(fifo, 0x180) < 0 && Marshal.GetLastPInvokeError() != Native.EEXIST)
            throw Native.Failure(fifo);
    }

    /// <summary>Makes the domain known to the daemon.</summary>
    public static void Introduce(Client toolstack, int domid, int port) =>
        toolstack.Call(Wire.Introduce, 0, Encoding.UTF8.GetBytes($"{domid}\01\0{port}\0"));

    static int Fifo(string path)
    {
        var fd = Native.Open(path, Native.O_RDWR | Native.O_CLOEXEC, 0);
        return fd >= 0 ? fd : throw Native.Failure(path);
    }

    public void SendRaw(ReadOnlySpan<byte> requests)
    {
        while (requests.Length > 0)
        {
            var produced = Index(ReqProd);
            var n = Math.Min(requests.Length, Half - (int)(produced - Index(ReqCons)));
            if (n == 0)
            {
                Wait();
                continue;
            }
            for (var i = 0; i < n; i++)
                page[(produced + i) % Half] = requests[i];
            requests = requests[n..];
            Publish(ReqProd, produced + (uint)n);
        }
    }

    public Reply Next()
    {
        var have = 0;
        while (true)
        {
            var length = Reply.LengthOf(input.AsSpan(0, have));
            if (length != 0 && have == length)
                return Reply.Parse(input.AsSpan(0, length));
            var consumed = Index(RspCons);
            var wanted = (length == 0 ? Wire.HeaderSize : length) - have;
            var n = Math.Min(wanted, (int)(Index(RspProd) - consumed));
            if (n == 0)
            {
                Wait();
                continue;
            }
            for (var i = 0; i < n; i++)
                input[have++] = page[Half + (consumed + i) % Half];
            // The daemon need not hear of room in a ring that has never been full: one bell a reply, as Linux does.
            Volatile.Write(ref *(uint*)(page + RspCons), consumed + (uint)n);
            Interlocked.MemoryBarrier();
            if (Index(RspProd) - consumed >= Half)
                Ring();
        }
    }

    uint Index(int offset) => Volatile.Read(ref *(uint*)(page + offset));

    void Publish(int offset, uint value)
    {
        Volatile.Write(ref *(uint*)(page + offset), value);
        Interlocked.MemoryBarrier();
        Ring();
    }

    void Ring()
    {
        var value = bell;
        if (Native.Write(toDaemon, &value, sizeof(uint)) != sizeof(uint))
            throw Native.Failure("evtchn");
    }

    void Wait()
    {
        var ports = stackalloc uint[64];
        if (Native.Read(fromDaemon, ports, 64 * sizeof(uint)) < 0 && Marshal.GetLastPInvokeError() != Native.EINTR)
            throw Native.Failure("guest");
    }

    public void Dispose()
    {
        Native.MUnmap(page, PageSize);
        Native.Close(toDaemon);
        Native.Close(fromDaemon);
    }
}
