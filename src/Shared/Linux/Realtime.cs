namespace Xen.Linux;

/// <summary>What a thread needs that must not be late.</summary>
public static unsafe class Realtime
{
    const int LockCurrent = 1, LockFuture = 2, LockOnFault = 4; // MCL_* of sys/mman.h
    const int FirstInFirstOut = 1; // SCHED_FIFO
    const int LowestPriority = 1; // before all that is not real-time, after all that is

    /// <summary>Keeps all pages of this process in memory that it has touched or will touch; 0 or the errno.</summary>
    public static int LockMemory() => Libc.mlockall(LockCurrent | LockFuture | LockOnFault) < 0 ? Libc.LastError : 0;

    /// <summary>Has the calling thread scheduled before all ordinary ones; 0 or the errno.</summary>
    public static int Schedule()
    {
        int priority = LowestPriority; // struct sched_param has this one member
        return Libc.sched_setscheduler(0, FirstInFirstOut, &priority) < 0 ? Libc.LastError : 0;
    }
}
