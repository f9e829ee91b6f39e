namespace Xen.Posix;

/// <summary>This process's limits.</summary>
public static unsafe class Limits
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
}
