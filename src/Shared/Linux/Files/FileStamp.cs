namespace Xen.Linux.Files;

/// <summary>
/// What tells that a file is still the one that it was, without reading it. A time of change is set by the kernel, so it grows with each
/// write, rename over the file, and change of its owner or mode; but only as finely as the kernel's clock ticks, or the file system counts.
/// So a stamp proves that nothing was written only to a file that was left alone for <see cref="Granularity"/> when the stamp was taken.
/// </summary>
/// <param name="Inode">The file's number in its file system.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Modified">When its content was changed last, in nanoseconds since 1970. Any owner may set this time.</param>
/// <param name="Changed">When it was changed last, in nanoseconds since 1970.</param>
/// <param name="Owner">The uid of its owner.</param>
/// <param name="Mode">Its type and permission bits (inode(7)).</param>
public readonly record struct FileStamp(ulong Inode, ulong Length, long Modified, long Changed, uint Owner, ushort Mode)
{
    const int Type = 0xF000, Regular = 0x8000, Directory = 0x4000, WritableByOthers = 0x12; // S_IFMT, S_IFREG, S_IFDIR, 0022 (inode(7))
    const int SizeOfStatx = 256;
    const long NanosecondsOfSecond = 1_000_000_000;

    /// <summary>The coarsest clock of a usual file system: two seconds.</summary>
    public static readonly TimeSpan Granularity = TimeSpan.FromSeconds(2);

    /// <summary>The stamp of what a path leads to; null if nothing is there, or it cannot be looked at.</summary>
    public static unsafe FileStamp? Of(string path)
    {
        byte* status = stackalloc byte[SizeOfStatx]; // struct statx
        return Libc.statx(Libc.AT_FDCWD, path, 0, Libc.STATX_BASIC_STATS, status) != 0 ? null
            : new(*(ulong*)(status + Libc.InodeOfStatx), *(ulong*)(status + Libc.SizeOfStatx), Time(status + Libc.ModifiedOfStatx),
                Time(status + Libc.ChangedOfStatx), *(uint*)(status + Libc.OwnerOfStatx), *(ushort*)(status + Libc.ModeOfStatx));
    }

    /// <summary>It is a regular file.</summary>
    public bool IsRegular => (Mode & Type) == Regular;

    /// <summary>It is a folder.</summary>
    public bool IsFolder => (Mode & Type) == Directory;

    /// <summary>It belongs to this process's user, and nobody else may write to it.</summary>
    public bool IsOurs => Owner == ResourceLimits.UserId && (Mode & WritableByOthers) == 0;

    /// <summary>Whether the file had been left alone for <see cref="Granularity"/> at a time.</summary>
    public bool WasAlone(DateTime at) => WasAlone(Changed, at);

    /// <summary>The same of a time of change that was taken from a stamp.</summary>
    public static bool WasAlone(long changed, DateTime at) =>
        changed < (at - Granularity - DateTime.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;

    // struct statx_timestamp: seconds, then nanoseconds of 32 bits.
    static unsafe long Time(byte* time) => *(long*)time * NanosecondsOfSecond + *(uint*)(time + sizeof(long));
}
