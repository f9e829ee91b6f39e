using System.Globalization;

namespace Xen.Linux.Terminals;

/// <summary>
/// A pseudo terminal: we hold the master's end, others open the slave's by its path. The slave is held open as well, so that the master
/// never sees a hang-up while nobody has it open. It is raw: bytes go through as they are.
/// </summary>
public sealed unsafe class Pty : IDisposable
{
    const int MultiplexerMode = Libc.O_RDWR | Libc.O_NOCTTY | Libc.O_NONBLOCK | Libc.O_CLOEXEC;

    /// <summary>Goes on with the two ends of one that an earlier process made.</summary>
    public Pty(FileDescriptor master, FileDescriptor slave, string path) => (Master, Slave, Path) = (master, slave, path);

    /// <summary>Our end; does not block.</summary>
    public FileDescriptor Master { get; }

    /// <summary>The other end, which nobody reads here.</summary>
    public FileDescriptor Slave { get; }

    /// <summary>Where others open it: <c>/dev/pts/7</c>.</summary>
    public string Path { get; }

    /// <summary>Whether a descriptor is the master of /dev/pts/NUMBER.</summary>
    public static bool IsNumber(FileDescriptor master, int number)
    {
        uint index;
        return Libc.ioctl(master.Number, Libc.TIOCGPTN, &index) == 0 && index == number;
    }

    /// <summary>Makes one; null and the errno if there is none left (ENOSPC), or descriptors are (EMFILE).</summary>
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

    /// <summary>Bytes that were written to the slave's readers and that none of them has read yet.</summary>
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
