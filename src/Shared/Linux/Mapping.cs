namespace Xen.Linux;

/// <summary>
/// A file's bytes in memory, shared with every other process that maps the file, or memory without a file. Disposing unmaps it; no span
/// of it may be used afterwards.
/// </summary>
public sealed unsafe class Mapping : IDisposable
{
    byte* start;

    /// <summary>Maps <paramref name="length"/> bytes from the file's beginning. An access beyond the file's end raises SIGBUS.</summary>
    /// <exception cref="PosixException">The kernel refuses.</exception>
    public Mapping(FileDescriptor file, long length, string name)
    {
        start = Map(length, Libc.MAP_SHARED | Libc.MAP_NORESERVE, file.Number, 0);
        if (start == null)
            throw new PosixException("mmap " + name, Libc.LastError);
        Length = length;
    }

    Mapping(byte* start, long length)
    {
        this.start = start;
        Length = length;
    }

    /// <summary>
    /// Maps <paramref name="length"/> bytes from <paramref name="offset"/> of a file or device; null and the errno if the kernel
    /// refuses.
    /// </summary>
    public static Mapping? TryMap(FileDescriptor file, long length, long offset, out int errno)
    {
        byte* start = Map(length, Libc.MAP_SHARED, file.Number, offset);
        errno = start == null ? Libc.LastError : 0;
        return start == null ? null : new(start, length);
    }

    /// <summary>Maps memory without a file that is never paged out and not shared with child processes.</summary>
    /// <exception cref="PosixException">The kernel refuses, for example because of the limit of locked memory.</exception>
    public static Mapping Locked(long length)
    {
        byte* start = Map(length, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_LOCKED, -1, 0);
        if (start == null)
            throw new PosixException($"lock {length} bytes of memory", Libc.LastError);
        var mapping = new Mapping(start, length);
        FileDescriptor.Check(Libc.madvise(start, (nuint)length, Libc.MADV_DONTFORK), "madvise");
        return mapping;
    }

    /// <summary>Maps memory without a file. A page is allocated when it is first used.</summary>
    /// <exception cref="PosixException">The kernel refuses.</exception>
    public static Mapping Anonymous(long length)
    {
        byte* start = Map(length, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_NORESERVE, -1, 0);
        return start == null ? throw new PosixException($"map {length} bytes of memory", Libc.LastError) : new(start, length);
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
            _ = Libc.munmap(start, (nuint)Length); // fails only for a wrong address, and this one is from mmap
        start = null;
    }

    static byte* Map(long length, int flags, int descriptor, long offset)
    {
        void* address = Libc.mmap(null, (nuint)length, Libc.PROT_READ | Libc.PROT_WRITE, flags, descriptor, offset);
        return (nint)address == -1 ? null : (byte*)address;
    }
}
