using System.Globalization;

namespace Xen.Linux;

/// <summary>This process's limits.</summary>
public static unsafe class ResourceLimits
{
    /// <summary>The user that this process acts as; 0 is root.</summary>
    public static uint UserId => Libc.geteuid();

    /// <summary>Raises the limit of open descriptors as far as the kernel lets us and answers what it is now.</summary>
    public static ulong RaiseOpenFiles()
    {
        Libc.RLimit limit;
        FileDescriptor.Check(Libc.getrlimit(Libc.RLIMIT_NOFILE, &limit), "getrlimit");
        limit.Soft = limit.Hard;
        FileDescriptor.Check(Libc.setrlimit(Libc.RLIMIT_NOFILE, &limit), "setrlimit");
        return limit.Soft;
    }

    /// <summary>Sets the limit of open descriptors, for programs that this process becomes as well.</summary>
    /// <param name="number">At most what the kernel lets any process have (fs.nr_open) is given.</param>
    /// <exception cref="PosixException">It may not be raised.</exception>
    public static void SetOpenFiles(ulong number)
    {
        ulong most = ulong.Parse(File.ReadAllText("/proc/sys/fs/nr_open"), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
        var limit = new Libc.RLimit { Soft = Math.Min(number, most), Hard = Math.Min(number, most) };
        FileDescriptor.Check(Libc.setrlimit(Libc.RLIMIT_NOFILE, &limit), $"set the limit of open files to {limit.Hard}");
    }
}
