namespace Xen.Linux;

/// <summary>A descriptor that this object owns; disposing it closes it. Reading and writing answer a count, or minus an errno.</summary>
public sealed unsafe class FileDescriptor(int number) : IDisposable
{
    const uint OwnersOnly = (uint)(UnixFileMode.UserRead | UnixFileMode.UserWrite); // 0600

    /// <summary>The number that the kernel knows it by; -1 once closed.</summary>
    public int Number { get; private set; } = number;

    /// <summary>Opens an existing file for reading and writing without blocking, closed on exec.</summary>
    /// <exception cref="PosixException">The file cannot be opened.</exception>
    public static FileDescriptor OpenReadWrite(string path) =>
        new(Check(Libc.open(path, Libc.O_RDWR | Libc.O_NONBLOCK | Libc.O_CLOEXEC, 0), "open " + path));

    /// <summary>The same; null and the errno if it cannot be opened.</summary>
    public static FileDescriptor? TryOpenReadWrite(string path, out int errno)
    {
        int number = Libc.open(path, Libc.O_RDWR | Libc.O_NONBLOCK | Libc.O_CLOEXEC, 0);
        errno = number < 0 ? Libc.LastError : 0;
        return number < 0 ? null : new FileDescriptor(number);
    }

    /// <summary>Opens a file for reading and writing and makes it, for its owner only, if it is missing; nothing in it is lost.</summary>
    /// <exception cref="PosixException">The file cannot be opened or made.</exception>
    public static FileDescriptor OpenOrCreate(string path) =>
        new(Check(Libc.open(path, Libc.O_RDWR | Libc.O_CREAT | Libc.O_CLOEXEC, OwnersOnly), "open " + path));

    /// <summary>
    /// Opens a file for appending and makes it if it is missing; null and the errno if that fails. It waits for nobody: a FIFO without a
    /// reader is ENXIO.
    /// </summary>
    /// <param name="mode">Permission bits of a new file, less the umask.</param>
    public static FileDescriptor? TryOpenAppend(string path, out int errno, uint mode = OwnersOnly)
    {
        int number = Libc.open(path, Libc.O_WRONLY | Libc.O_CREAT | Libc.O_APPEND | Libc.O_NONBLOCK | Libc.O_NOCTTY | Libc.O_CLOEXEC, mode);
        errno = number < 0 ? Libc.LastError : 0;
        return number < 0 ? null : new FileDescriptor(number);
    }

    /// <summary>Another number for what a number is open on, closed on exec.</summary>
    /// <exception cref="PosixException">There are no more numbers.</exception>
    public static FileDescriptor Duplicate(int number) => new(Check(Libc.fcntl(number, Libc.F_DUPFD_CLOEXEC, 0), "duplicate a descriptor"));

    /// <summary>Keeps a descriptor that was inherited from programs that this one might start.</summary>
    public void CloseOnExec() => _ = Libc.fcntl(Number, Libc.F_SETFD, 1 /* FD_CLOEXEC */);

    /// <summary>A counter that wakes an event loop (eventfd).</summary>
    /// <exception cref="PosixException">There are no descriptors left.</exception>
    public static FileDescriptor EventCounter() => TryEventCounter() ?? throw new PosixException("eventfd", Libc.LastError);

    /// <summary>The same; null if there are no descriptors left.</summary>
    public static FileDescriptor? TryEventCounter() =>
        Libc.eventfd(0, Libc.EFD_NONBLOCK | Libc.EFD_CLOEXEC) is >= 0 and var number ? new(number) : null;

    /// <summary>Makes a FIFO unless it is there.</summary>
    /// <exception cref="PosixException">It cannot be made.</exception>
    public static void MakeFifo(string path)
    {
        if (Libc.mkfifo(path, OwnersOnly) < 0 && Libc.LastError != Errno.EEXIST)
            throw new PosixException("mkfifo " + path, Libc.LastError);
    }

    /// <summary>Bytes read, 0 at the end, or minus an errno (<c>-Errno.EAGAIN</c>: nothing there yet).</summary>
    public int Read(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            nint count;
            do
                count = Libc.read(Number, start, (nuint)buffer.Length);
            while (count < 0 && Libc.LastError == Errno.EINTR);
            return count < 0 ? -Libc.LastError : (int)count;
        }
    }

    /// <summary>Bytes written, or minus an errno (<c>-Errno.EAGAIN</c>: no room yet).</summary>
    public int Write(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            nint count;
            do
                count = Libc.write(Number, start, (nuint)bytes.Length);
            while (count < 0 && Libc.LastError == Errno.EINTR);
            return count < 0 ? -Libc.LastError : (int)count;
        }
    }

    /// <summary>Writes all of it, however long it takes; 0 or an errno.</summary>
    public int WriteAll(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int written = Write(bytes);
            if (written == -Errno.EAGAIN)
                Poll.WaitWritable(this);
            else if (written < 0)
                return -written;
            else
                bytes = bytes[written..];
        }
        return 0;
    }

    /// <summary>
    /// The same where it is over at once (an event channel, a FIFO or pty that does not block), which saves telling the collector of it.
    /// </summary>
    public int WriteAtOnce(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            nint count = Libc.write_at_once(Number, start, (nuint)bytes.Length);
            return count < 0 ? -Libc.LastError : (int)count;
        }
    }

    /// <summary>Bytes sent over a socket without raising SIGPIPE, or minus an errno.</summary>
    public int Send(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            nint count;
            do
                count = Libc.send(Number, start, (nuint)bytes.Length, Libc.MSG_NOSIGNAL | Libc.MSG_DONTWAIT);
            while (count < 0 && Libc.LastError == Errno.EINTR);
            return count < 0 ? -Libc.LastError : (int)count;
        }
    }

    /// <summary>A request to a device (ioctl): its result, or minus an errno.</summary>
    internal int Control(uint request, void* argument)
    {
        int result = Libc.ioctl(Number, request, argument);
        return result < 0 ? -Libc.LastError : result;
    }

    /// <summary>The same for a request that is over at once, which saves telling the collector of it.</summary>
    internal int ControlAtOnce(uint request, void* argument)
    {
        int result = Libc.ioctl_at_once(Number, request, argument);
        return result < 0 ? -Libc.LastError : result;
    }

    /// <summary>Makes the file at least <paramref name="length"/> bytes long with real pages behind it; 0 or an errno.</summary>
    public int Allocate(long offset, long length) => Libc.posix_fallocate(Number, offset, length);

    /// <summary>Cuts the file to <paramref name="length"/> bytes or lengthens it with a hole.</summary>
    /// <exception cref="PosixException">The file system refuses.</exception>
    public void Truncate(long length) => Check(Libc.ftruncate(Number, length), "ftruncate");

    /// <summary>The same where a refusal changes nothing; whether it was done.</summary>
    public bool TryTruncate(long length) => Libc.ftruncate(Number, length) == 0;

    /// <summary>It is a regular file, and no device, FIFO or folder.</summary>
    public bool IsRegular
    {
        get
        {
            byte* status = stackalloc byte[256]; // struct statx
            return Status(Libc.STATX_TYPE, status) && (*(ushort*)(status + Libc.ModeOfStatx) & 0xF000) == 0x8000; // S_IFMT, S_IFREG
        }
    }

    /// <summary>No name leads to the file any more.</summary>
    public bool IsUnlinked
    {
        get
        {
            byte* status = stackalloc byte[256];
            return Status(Libc.STATX_NLINK, status) && *(uint*)(status + Libc.LinksOfStatx) == 0;
        }
    }

    bool Status(uint what, byte* status) => Libc.statx(Number, "", Libc.AT_EMPTY_PATH, what, status) == 0;

    /// <summary>How much of its file system others may still write, from 0 to 1; 0 if that cannot be told.</summary>
    public double FreeShare
    {
        get
        {
            ulong* status = stackalloc ulong[32]; // struct statvfs is 112 bytes
            return Libc.fstatvfs(Number, status) == 0 && status[Libc.BlocksOfStatvfs] > 0 ? (double)status[Libc.AvailableOfStatvfs] / status[Libc.BlocksOfStatvfs] : 0;
        }
    }

    /// <summary>The file's length in bytes.</summary>
    public long Length => Libc.lseek(Number, 0, 2);

    /// <summary>
    /// Takes a write lock on the whole file for this process (fcntl F_SETLK, as lockf has it); false if another process has it.
    /// </summary>
    public bool TryLock()
    {
        var whole = new Libc.Flock { Type = 1 /* F_WRLCK */ };
        return Libc.fcntl(Number, Libc.F_SETLK, &whole) == 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Number >= 0)
            _ = Libc.close(Number); // Linux frees the number whatever close answers
        Number = -1;
    }

    internal static int Check(int result, string call) => result >= 0 ? result : throw new PosixException(call, Libc.LastError);
}
