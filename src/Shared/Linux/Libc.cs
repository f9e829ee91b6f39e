using System.Runtime.InteropServices;

namespace Xen.Linux;

/// <summary>
/// The C library's calls, as it declares them. If a result is below zero, <see cref="LastError"/> is the errno. Many calls have a simpler
/// form in <see cref="FileDescriptor"/>, <see cref="Mapping"/> and UnixSocket.
/// </summary>
static unsafe partial class Libc
{
    internal const int O_RDONLY = 0, O_WRONLY = 1, O_RDWR = 2, O_CREAT = 0x40, O_EXCL = 0x80, O_TRUNC = 0x200, O_APPEND = 0x400,
        O_NONBLOCK = 0x800, O_DIRECT = 0x4000, O_CLOEXEC = 0x80000;
    internal const int PROT_READ = 1, PROT_WRITE = 2, MAP_SHARED = 1, MAP_PRIVATE = 2, MAP_ANONYMOUS = 0x20, MAP_LOCKED = 0x2000,
        MAP_NORESERVE = 0x4000, MADV_DONTFORK = 10;
    internal const int AF_UNIX = 1, AF_INET = 2, AF_INET6 = 10;
    internal const int SOCK_STREAM = 1, SOCK_DGRAM = 2, SOCK_NONBLOCK = 0x800, SOCK_CLOEXEC = 0x80000;
    internal const int SOL_SOCKET = 1, SO_REUSEADDR = 2, SO_TYPE = 3, SO_PEERCRED = 17, SO_ACCEPTCONN = 30, SO_DOMAIN = 39,
        SO_COOKIE = 57, SO_PEERGROUPS = 59;
    internal const int MSG_NOSIGNAL = 0x4000, MSG_DONTWAIT = 0x40;
    internal const int EPOLL_CTL_ADD = 1, EPOLL_CTL_DEL = 2, EPOLL_CTL_MOD = 3, EPOLL_CLOEXEC = 0x80000, EFD_NONBLOCK = 0x800,
        EFD_CLOEXEC = 0x80000;
    internal const short POLLIN = 1, POLLOUT = 4;
    internal const int F_GETFD = 1, F_SETFD = 2, F_GETFL = 3, F_SETFL = 4, F_SETLK = 6, F_DUPFD_CLOEXEC = 1030, RLIMIT_NOFILE = 7;
    internal const int O_NOCTTY = 0x100, O_NOFOLLOW = 0x20000, TCSANOW = 0, SCM_RIGHTS = 1;
    internal const uint TIOCSPTLCK = 0x40045431, TIOCGPTN = 0x80045430, TIOCGPTPEER = 0x5441, FIONREAD = 0x541B,
        TIOCGWINSZ = 0x5413;
    internal const int PR_SET_NO_NEW_PRIVS = 38, SECCOMP_SET_MODE_FILTER = 1, SECCOMP_FILTER_FLAG_TSYNC = 1;

    internal const int AT_FDCWD = -100;
    internal const uint RENAME_NOREPLACE = 1;
    internal const int AT_EMPTY_PATH = 0x1000, STATX_TYPE = 1, STATX_NLINK = 4, STATX_BASIC_STATS = 0x7FF;

    // Offsets in struct statx, in bytes, and in struct statvfs, in units of 8 bytes.
    internal const int LinksOfStatx = 16, OwnerOfStatx = 20, ModeOfStatx = 28, InodeOfStatx = 32, SizeOfStatx = 40, ChangedOfStatx = 96,
        ModifiedOfStatx = 112, BlocksOfStatvfs = 2, AvailableOfStatvfs = 4;

    internal static int LastError => Marshal.GetLastPInvokeError();

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "open")] // for StandardDescriptors, which must not marshal anything
    internal static partial int open_bytes(byte* path, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint readlink(string path, byte* target, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int close(int descriptor);

    [LibraryImport("libc")]
    internal static partial void _exit(int status);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint read(int descriptor, byte* buffer, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint write(int descriptor, byte* buffer, nuint length);

    // The next three are for descriptors that never block: sockets, event channels, ptys. They do not switch to the mode in which the
    // garbage collector can run beside them, which saves time. One that blocked would stop all threads at the next collection.
    [LibraryImport("libc", SetLastError = true, EntryPoint = "read"), SuppressGCTransition]
    internal static partial nint read_at_once(int descriptor, byte* buffer, nuint length);

    [LibraryImport("libc", SetLastError = true, EntryPoint = "write"), SuppressGCTransition]
    internal static partial nint write_at_once(int descriptor, byte* buffer, nuint length);

    [LibraryImport("libc", SetLastError = true), SuppressGCTransition]
    internal static partial nint send(int descriptor, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int fsync(int descriptor);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int setxattr(string path, string name, byte* value, nuint size, int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int ftruncate(int descriptor, long length);

    [LibraryImport("libc")] // returns the error and does not set errno
    internal static partial int posix_fallocate(int descriptor, long offset, long length);

    // Used instead of fstat, which glibc before 2.33 has in its headers only.
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int statx(int descriptor, string path, int flags, uint mask, byte* status);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int fstatvfs(int descriptor, ulong* status);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial long lseek(int descriptor, long offset, int whence);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial void* mmap(void* address, nuint length, int protection, int flags, int descriptor, long offset);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int munmap(void* address, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int madvise(void* address, nuint length, int advice);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int ioctl(int descriptor, nuint request, void* argument);

    // For requests that never block.
    [LibraryImport("libc", SetLastError = true, EntryPoint = "ioctl"), SuppressGCTransition]
    internal static partial int ioctl_at_once(int descriptor, nuint request, void* argument);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int socket(int domain, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int bind(int descriptor, byte* address, uint length);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int connect(int descriptor, byte* address, uint length);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int listen(int descriptor, int backlog);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int accept4(int descriptor, void* address, void* length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int getsockname(int descriptor, byte* address, uint* length);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int getsockopt(int descriptor, int level, int name, void* value, uint* length);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int setsockopt(int descriptor, int level, int name, void* value, uint length);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int epoll_ctl(int epoll, int operation, int descriptor, ref EpollEvent change);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int epoll_wait(int epoll, ref EpollEvent first, int most, int milliseconds);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int eventfd(uint initial, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mkfifo(string path, uint mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int chmod(string path, uint mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int access(string path, int mode);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int fcntl(int descriptor, int command, Flock* argument);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int fcntl(int descriptor, int command, int argument);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int getrlimit(int resource, RLimit* limit);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int setrlimit(int resource, RLimit* limit);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int pipe2(int* descriptors, int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int waitpid(int pid, int* status, int options);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int kill(int pid, int signal);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int raise(int signal);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int dup2(int from, int to);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int prctl(int option, nuint argument2, nuint argument3, nuint argument4, nuint argument5);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint syscall(nint number, nint argument1, nint argument2, void* argument3);

    [LibraryImport("libc")]
    internal static partial int posix_spawnattr_init(byte* attributes);

    [LibraryImport("libc")]
    internal static partial int posix_spawnattr_setflags(byte* attributes, short flags);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int posix_spawn(
        out int pid, string path, void* actions, byte* attributes, byte** arguments, byte** environment);

    /// <summary>struct epoll_event; packed on x86-64 only (sys/epoll.h, __EPOLL_PACKED).</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    internal struct EpollEvent
    {
        internal uint Events;
        internal long Data;
    }

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int poll(PollFd* descriptors, nuint count, int milliseconds);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mkdir(string path, uint mode);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int unlink(string path);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int renameat2(int fromFolder, string from, int toFolder, string to, uint flags);

    [LibraryImport("libc")]
    internal static partial uint geteuid();

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint signal(int signal, nint handler);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int mlockall(int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int execv(string program, byte** arguments);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int setenv(string name, string value, int replaces);

    [LibraryImport("libc")]
    internal static partial int getppid();

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mount(string source, string target, string type, nuint flags, void* data);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int sched_setscheduler(int process, int policy, int* parameter);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int tcgetattr(int descriptor, byte* settings);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int tcsetattr(int descriptor, int when, byte* settings);

    [LibraryImport("libc")]
    internal static partial void cfmakeraw(byte* settings);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint sendmsg(int descriptor, SocketMessageHeader* message, int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int recvmmsg(int descriptor, CountedMessage* messages, uint count, int flags, void* timeout);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int sendmmsg(int descriptor, CountedMessage* messages, uint count, int flags);

    /// <summary>struct mmsghdr of 64-bit Linux, and behind it the only vector that it has here.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct CountedMessage
    {
        internal SocketMessageHeader Header;
        internal uint Count;
        internal IoVector Vector;
    }

    /// <summary>struct msghdr of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct SocketMessageHeader
    {
        internal byte* Name;
        internal uint NameLength;
        internal IoVector* Vectors;
        internal nuint VectorCount;
        internal byte* Control;
        internal nuint ControlLength;
        internal int Flags;
    }

    /// <summary>struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct IoVector
    {
        internal byte* Start;
        internal nuint Length;
    }

    /// <summary>struct cmsghdr of 64-bit Linux. The data follow it without a gap.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct ControlHeader
    {
        internal nuint Length;
        internal int Level, Type;
    }

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PollFd
    {
        internal int Descriptor;
        internal short Events, Returned;
    }

    /// <summary>struct flock of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Flock
    {
        internal short Type, Whence;
        internal long Start, Length;
        internal int Pid;
    }

    /// <summary>struct sock_filter (linux/filter.h).</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct SockFilter
    {
        internal ushort Code;
        internal byte JumpTrue, JumpFalse;
        internal uint Value;
    }

    /// <summary>struct sock_fprog.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct SockProgram
    {
        internal ushort Length;
        internal SockFilter* Filter;
    }

    /// <summary>struct rlimit.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct RLimit
    {
        internal ulong Soft, Hard;
    }

    /// <summary>struct ucred.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Ucred
    {
        internal int Pid;
        internal uint Uid, Gid;
    }
}
