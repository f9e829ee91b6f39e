using Xen.Linux;

namespace XenStored.Tree.Storage.MappedFile;

/// <summary>
/// The mapped file that contains the store. The whole maximum is mapped once, so nothing ever moves. When the file grows, fallocate
/// reserves pages, so that a full file system is an error and never a SIGBUS. Only this class turns an offset into memory.
/// </summary>
sealed unsafe class StoreFile : IDisposable
{
    /// <summary>Bytes by which the file grows: 16 slabs, which takes about 70 µs on tmpfs.</summary>
    const int Step = 256 * 1024;
    /// <summary>Bytes of a new file.</summary>
    const int First = 2 * Step;

    readonly FileDescriptor file;
    readonly Mapping mapping;
    readonly byte* start;

    /// <summary>Opens or makes the file.</summary>
    /// <param name="path">A path on tmpfs, for speed and because the file must not survive a reboot of the host.</param>
    /// <param name="maximum">The most bytes of the file.</param>
    /// <exception cref="PosixException">The file cannot be opened, mapped, or given its first pages.</exception>
    internal StoreFile(string path, long maximum)
    {
        file = FileDescriptor.OpenOrCreate(path);
        Length = file.Length / Step * Step;
        Maximum = Math.Max(maximum / Step * Step, Length);
        mapping = new(file, Maximum, path);
        start = mapping.Start;
        while (Length < First)
            if (!TryGrow(out int errno))
                throw new PosixException("fallocate " + path, errno);
    }

    /// <summary>The file's bytes, for which pages are reserved.</summary>
    internal long Length { get; private set; }

    /// <summary>The most bytes of the file.</summary>
    internal long Maximum { get; }

    /// <summary>Makes the file longer; false and the errno (ENOSPC, ENOMEM, …) if that fails.</summary>
    internal bool TryGrow(out int errno)
    {
        errno = Length + Step > Maximum ? Errno.ENOSPC : file.Allocate(Length, Step);
        if (errno != 0)
            return false;
        Length += Step;
        return true;
    }

    /// <summary>
    /// The bytes at an offset. The span is valid while the file is open. When the block is used again, the span shows the new bytes.
    /// </summary>
    internal Span<byte> Bytes(long offset, int length)
    {
        if ((ulong)offset + (uint)length > (ulong)Length)
            throw new ArgumentOutOfRangeException(nameof(offset)); // a wrong reference is a bug of ours, and must not read outside the file
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
