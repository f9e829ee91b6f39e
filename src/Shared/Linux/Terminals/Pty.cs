using System.Globalization;

namespace Xen.Linux.Terminals;

/// <summary>
/// A pseudo terminal. We hold the master, and others open the slave by its path. We hold the slave open as well, so that the master never
/// sees a hang-up when the last other user closes the slave. The terminal is raw: it does not change bytes.
/// </summary>
public sealed unsafe class Pty : IDisposable
{
    const int MultiplexerMode = Libc.O_RDWR | Libc.O_NOCTTY | Libc.O_NONBLOCK | Libc.O_CLOEXEC;

    /// <summary>Takes over the two ends of a pseudo terminal that an earlier process made.</summary>
    public Pty(FileDescriptor master, FileDescriptor slave, string path) => (Master, Slave, Path) = (master, slave, path);

    /// <summary>Our end. It does not block.</summary>
    public FileDescriptor Master { get; }

    /// <summary>The other end. This process does not read it.</summary>
    public FileDescriptor Slave { get; }

    /// <summary>The slave's path: <c>/dev/pts/7</c>.</summary>
    public string Path { get; }

    /// <summary>Whether a descriptor is the master of /dev/pts/NUMBER.</summary>
    public static bool IsNumber(FileDescriptor master, int number)
    {
        uint index;
        return Libc.ioctl(master.Number, Libc.TIOCGPTN, &index) == 0 && index == number;
    }

    /// <summary>
    /// Makes a pseudo terminal; null and the errno if that fails (ENOSPC: no pseudo terminals left, EMFILE: no descriptors left).
    /// </summary>
    public static Pty? TryMake(out int errno)
    {
        errno = 0;
        int number = Libc.open("/dev/ptmx", MultiplexerMode, 0);
        if (number < 0)
        {
            errno = Libc.LastError;
            return null;
        }
        var master = new FileDescriptor(number);
        int unlocked = 0;
        uint index;
        int slave = -1;
        if (Libc.ioctl(number, Libc.TIOCSPTLCK, &unlocked) < 0 || Libc.ioctl(number, Libc.TIOCGPTN, &index) < 0
            || (slave = Libc.ioctl(number, Libc.TIOCGPTPEER, (void*)(Libc.O_RDWR | Libc.O_NOCTTY | Libc.O_CLOEXEC))) < 0)
        {
            errno = Libc.LastError;
            master.Dispose();
            return null;
        }
        TerminalMode.Read(slave, out var mode);
        mode.Raw().Set(slave);
        return new(master, new FileDescriptor(slave), string.Create(CultureInfo.InvariantCulture, $"/dev/pts/{index}"));
    }

    /// <summary>The number of bytes that were written for the slave's readers and that nobody has read yet.</summary>
    public int Unread
    {
        get
        {
            int count;
            return Libc.ioctl(Slave.Number, Libc.FIONREAD, &count) == 0 ? count : 0;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Master.Dispose();
        Slave.Dispose();
    }
}
