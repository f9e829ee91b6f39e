namespace Xen.Posix;

/// <summary>A file's bytes in memory, shared with every other process that maps it. Disposing unmaps: no span of it may live on.</summary>
public sealed unsafe class Mapping : IDisposable
{
    byte* start;

    /// <summary>Maps <paramref name="length"/> bytes from the file's beginning. Touching bytes beyond the file's end is a SIGBUS.</summary>
    /// <exception cref="PosixException">The kernel refuses.</exception>
    public Mapping(FileDescriptor file, long length, string name)
    {
        void* address = Libc.mmap(null, (nuint)length, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_SHARED | Libc.MAP_NORESERVE, file.Number, 0);
        if ((nint)address == -1)
            throw new PosixException("mmap " + name, Libc.LastError);
        start = (byte*)address;
        Length = length;
    }

    /// <summary>Bytes mapped.</summary>
    public long Length { get; }

    /// <summary>Where the mapping begins.</summary>
    public byte* Start => start;

    /// <summary>The first <paramref name="length"/> bytes.</summary>
    public Span<byte> Bytes(int length)
    {
        ObjectDisposedException.ThrowIf(start == null, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length);
        return new(start, length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (start != null)
            _ = Libc.munmap(start, (nuint)Length); // fails for a wrong address only, and ours is mmap's own
        start = null;
    }
}
