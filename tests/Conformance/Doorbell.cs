namespace Xen.Conformance;

/// <summary>Counts the notifications that the daemon writes into a guest's FIFO.</summary>
sealed class Doorbell : IDisposable
{
    readonly FileStream _fifo;
    readonly Thread _reader;
    readonly SemaphoreSlim _rung = new(0);
    volatile bool _ended;
    int _count;

    public Doorbell(string path)
    {
        // Open for writing too: the opening then never waits, and the end can be rung by ourselves.
        _fifo = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, 0);
        _reader = new Thread(Listen) { IsBackground = true };
        _reader.Start();
    }

    public int Count => Volatile.Read(ref _count);

    public void Wait(TimeSpan timeout) => _rung.Wait(timeout);

    void Listen()
    {
        var port = new byte[4];
        while (_fifo.ReadAtLeast(port, port.Length, throwOnEndOfStream: false) == port.Length && !_ended)
        {
            Interlocked.Increment(ref _count);
            _rung.Release();
        }
    }

    public void Dispose()
    {
        _ended = true;
        _fifo.Write(new byte[4]);
        _reader.Join();
        _fifo.Dispose();
        _rung.Dispose();
    }
}
