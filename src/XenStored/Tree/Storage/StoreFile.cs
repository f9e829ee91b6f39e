using Xen.Linux;

namespace XenStored.Tree.Storage;

/// <summary>
/// The mapped file in which the store lives. The whole maximum is mapped once, so nothing ever moves; pages are reserved by fallocate
/// as the file grows, so that a full file system is an answer and never a SIGBUS. This is the only place where an offset becomes memory.
/// </summary>
sealed unsafe class StoreFile : IDisposable
{
    /// <summary>Bytes by which the file grows; 16 slabs, about 70 µs on tmpfs.</summary>
    const int Step = 256 * 1024;

    readonly FileDescriptor file;
    readonly Mapping mapping;
    readonly byte* start;

    /// <summary>Opens or makes the file.</summary>
    /// <param name="path">On tmpfs, for speed and because it must not outlive the host's boot.</param>
    /// <param name="maximum">Bytes that the file may grow to.</param>
    /// <exception cref="PosixException">The file cannot be opened, mapped, or given its first pages.</exception>
    internal StoreFile(string path, long maximum)
    {
        file = FileDescriptor.OpenOrCreate(path);
        Length = file.Length / Step * Step;
        Maximum = Math.Max(maximum / Step * Step, Length);
        mapping = new(file, Maximum, path);
        start = mapping.Start;
        if (Length == 0 && !TryGrow(out int errno))
            throw new PosixException("fallocate " + path, errno);
    }

    /// <summary>Bytes that have pages behind them.</summary>
    internal long Length { get; private set; }

    /// <summary>Bytes that the file may grow to.</summary>
    internal long Maximum { get; }

    /// <summary>Reserves the next piece; false with the errno (ENOSPC, ENOMEM, …) if it cannot be had.</summary>
    internal bool TryGrow(out int errno)
    {
        errno = Length + Step > Maximum ? Errno.ENOSPC : file.Allocate(Length, Step);
        if (errno != 0)
            return false;
        Length += Step;
        return true;
    }

    /// <summary>
    /// Bytes at an offset. The span is valid for as long as the file is open; what it shows changes with the block's reuse.
    /// </summary>
    internal Span<byte> Bytes(long offset, int length)
    {
        if ((ulong)offset + (uint)length > (ulong)Length)
            throw new ArgumentOutOfRangeException(nameof(offset)); // a wrong reference is a bug of ours, and must not become a wild read
        return new(start + offset, length);
    }

    /// <summary>The header of the block at <paramref name="block"/>.</summary>
    internal ref BlockHeader Header(Ref block)
    {
        if ((ulong)block.Offset + BlockHeader.Size > (ulong)Length)
            throw new ArgumentOutOfRangeException(nameof(block));
        return ref *(BlockHeader*)(start + block.Offset);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        mapping.Dispose();
        file.Dispose();
    }
}
