namespace Xen.Linux;

/// <summary>A descriptor that this object owns. Disposing closes it. Reading and writing return a count, or minus an errno.</summary>
public sealed unsafe class FileDescriptor(int number) : IDisposable
{
    const uint OwnersOnly = (uint)(UnixFileMode.UserRead | UnixFileMode.UserWrite); // 0600

    /// <summary>The number that the kernel knows it by; -1 once closed.</summary>
    public int Number { get; private set; } = number;

    /// <summary>Opens an existing file for reading and writing, non-blocking and closed on exec.</summary>
    /// <exception cref="PosixException">The file cannot be opened.</exception>
    public static FileDescriptor OpenReadWrite(string path) =>
        new(Check(Libc.open(path, Libc.O_RDWR | Libc.O_NONBLOCK | Libc.O_CLOEXEC, 0), "open " + path));

    /// <summary>Opens a file as <see cref="OpenReadWrite"/> does; null and the errno if that fails.</summary>
    public static FileDescriptor? TryOpenReadWrite(string path, out int errno)
    {
        int number = Libc.open(path, Libc.O_RDWR | Libc.O_NONBLOCK | Libc.O_CLOEXEC, 0);
        errno = number < 0 ? Libc.LastError : 0;
        return number < 0 ? null : new FileDescriptor(number);
    }

    /// <summary>
    /// Opens a file for reading and writing. A missing file is made, for its owner only. An existing one keeps its content.
    /// </summary>
    /// <exception cref="PosixException">The file cannot be opened or made.</exception>
    public static FileDescriptor OpenOrCreate(string path) =>
        new(Check(Libc.open(path, Libc.O_RDWR | Libc.O_CREAT | Libc.O_CLOEXEC, OwnersOnly), "open " + path));

    /// <summary>
    /// Opens a file for appending and makes it if it is missing; null and the errno if that fails. It never waits: a FIFO without a reader
    /// fails with ENXIO.
    /// </summary>
    /// <param name="mode">Permission bits of a new file, less the umask.</param>
    public static FileDescriptor? TryOpenAppend(string path, out int errno, uint mode = OwnersOnly)
    {
        int number = Libc.open(path, Libc.O_WRONLY | Libc.O_CREAT | Libc.O_APPEND | Libc.O_NONBLOCK | Libc.O_NOCTTY | Libc.O_CLOEXEC, mode);
        errno = number < 0 ? Libc.LastError : 0;
        return number < 0 ? null : new FileDescriptor(number);
    }

    /// <summary>Duplicates a descriptor. The new one is closed on exec.</summary>
    /// <exception cref="PosixException">There are no descriptors left.</exception>
    public static FileDescriptor Duplicate(int number) => new(Check(Libc.fcntl(number, Libc.F_DUPFD_CLOEXEC, 0), "duplicate a descriptor"));

    /// <summary>Marks an inherited descriptor, so that programs which this process starts do not inherit it.</summary>
    public void CloseOnExec() => _ = Libc.fcntl(Number, Libc.F_SETFD, 1 /* FD_CLOEXEC */);

    /// <summary>Takes the mark away that closes it on exec, so that a keeper of descriptors keeps it open.</summary>
    public void KeepOnExec() => _ = Libc.fcntl(Number, Libc.F_SETFD, 0);

    /// <summary>Whether calls on it wait, for all processes that have it open.</summary>
    public void SetBlocking(bool blocks)
    {
        int flags = Libc.fcntl(Number, Libc.F_GETFL, 0);
        _ = Libc.fcntl(Number, Libc.F_SETFL, blocks ? flags & ~Libc.O_NONBLOCK : flags | Libc.O_NONBLOCK);
    }

    /// <summary>The descriptors above the standard ones that are open in this process without the mark that closes them on exec.</summary>
    public static List<FileDescriptor> Kept()
    {
        var numbers = Directory.EnumerateFileSystemEntries("/proc/self/fd")
            .Select(path => int.Parse(Path.GetFileName(path), System.Globalization.CultureInfo.InvariantCulture)).ToList();
        return
        [
            .. from number in numbers
               where number > 2 && Libc.fcntl(number, Libc.F_GETFD, 0) == 0
               select new FileDescriptor(number),
        ];
    }

    /// <summary>Makes a counter that wakes an event loop (eventfd).</summary>
    /// <exception cref="PosixException">There are no descriptors left.</exception>
    public static FileDescriptor EventCounter() => TryEventCounter() ?? throw new PosixException("eventfd", Libc.LastError);

    /// <summary>Makes such a counter; null if there are no descriptors left.</summary>
    public static FileDescriptor? TryEventCounter() =>
        Libc.eventfd(0, Libc.EFD_NONBLOCK | Libc.EFD_CLOEXEC) is >= 0 and var number ? new(number) : null;

    /// <summary>Adds one to a counter of <see cref="EventCounter"/>. It can then be read, which wakes who waits for that.</summary>
    public void AddOne() => _ = Write([1, 0, 0, 0, 0, 0, 0, 0]); // 64 bits. EAGAIN: the counter is full, so it can be read anyway

    /// <summary>Makes a FIFO unless the path exists.</summary>
    /// <exception cref="PosixException">It cannot be made.</exception>
    public static void MakeFifo(string path)
    {
        if (Libc.mkfifo(path, OwnersOnly) < 0 && Libc.LastError != Errno.EEXIST)
            throw new PosixException("mkfifo " + path, Libc.LastError);
    }

    /// <summary>
    /// Reads from what never blocks: a socket, a pty, event channels. Returns the bytes read, 0 at the end, or minus an errno
    /// (<c>-Errno.EAGAIN</c>: nothing to read yet).
    /// </summary>
    public int Read(Span<byte> buffer) => Read(buffer, mayBlock: false);

    /// <summary>Reads from what may block: a disk, a pipe. Returns what <see cref="Read(Span{byte})"/> returns.</summary>
    public int ReadAndWait(Span<byte> buffer) => Read(buffer, mayBlock: true);

    int Read(Span<byte> buffer, bool mayBlock)
    {
        fixed (byte* start = buffer)
        {
            nint count;
            do
                count = mayBlock ? Libc.read(Number, start, (nuint)buffer.Length) : Libc.read_at_once(Number, start, (nuint)buffer.Length);
            while (count < 0 && Libc.LastError == Errno.EINTR);
            return count < 0 ? -Libc.LastError : (int)count;
        }
    }

    /// <summary>Writes. Returns the bytes written, or minus an errno (<c>-Errno.EAGAIN</c>: no space yet).</summary>
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

    /// <summary>Writes all bytes and waits as long as that takes. Returns 0 or an errno.</summary>
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
    /// Writes to a descriptor that never blocks: an event channel, a non-blocking FIFO or pty. The call is faster than another. In return
    /// the garbage collector must wait until it is over.
    /// </summary>
    public int WriteAtOnce(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            nint count = Libc.write_at_once(Number, start, (nuint)bytes.Length);
            return count < 0 ? -Libc.LastError : (int)count;
        }
    }

    /// <summary>Sends over a socket without raising SIGPIPE. Returns the bytes sent, or minus an errno.</summary>
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

    /// <summary>Makes a request to a device (ioctl). Returns its result, or minus an errno.</summary>
    internal int Control(uint request, void* argument)
    {
        int result = Libc.ioctl(Number, request, argument);
        return result < 0 ? -Libc.LastError : result;
    }

    /// <summary>A request that never blocks: as with <see cref="WriteAtOnce"/>, the garbage collector waits until it is over.</summary>
    internal int ControlAtOnce(uint request, void* argument)
    {
        int result = Libc.ioctl_at_once(Number, request, argument);
        return result < 0 ? -Libc.LastError : result;
    }

    /// <summary>
    /// Allocates space on the disk for <paramref name="length"/> bytes from <paramref name="offset"/>, and makes the file that long if it
    /// is shorter. Returns 0 or an errno.
    /// </summary>
    public int Allocate(long offset, long length) => Libc.posix_fallocate(Number, offset, length);

    /// <summary>Cuts the file to <paramref name="length"/> bytes or lengthens it with a hole.</summary>
    /// <exception cref="PosixException">The file system refuses.</exception>
    public void Truncate(long length) => Check(Libc.ftruncate(Number, length), "ftruncate");

    /// <summary>Cuts or lengthens the file as <see cref="Truncate"/> does. False: the file system refuses, and nothing changed.</summary>
    public bool TryTruncate(long length) => Libc.ftruncate(Number, length) == 0;

    /// <summary>It is a regular file, not a device, FIFO or folder.</summary>
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

    /// <summary>The share of its file system that users other than root may still write, from 0 to 1; 0 if that is unknown.</summary>
    public double FreeShare
    {
        get
        {
            ulong* status = stackalloc ulong[32]; // struct statvfs is 112 bytes
            bool isKnown = Libc.fstatvfs(Number, status) == 0 && status[Libc.BlocksOfStatvfs] > 0;
            return isKnown ? (double)status[Libc.AvailableOfStatvfs] / status[Libc.BlocksOfStatvfs] : 0;
        }
    }

    /// <summary>The file's length in bytes.</summary>
    public long Length => Libc.lseek(Number, 0, 2);

    /// <summary>
    /// Takes a write lock on the whole file for this process (fcntl F_SETLK, as lockf does). False: another process has the lock.
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
            _ = Libc.close(Number); // Linux frees the number even if close fails
        Number = -1;
    }

    internal static int Check(int result, string call) => result >= 0 ? result : throw new PosixException(call, Libc.LastError);
}
