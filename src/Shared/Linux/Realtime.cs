namespace Xen.Linux;

/// <summary>Keeps a process in memory and its thread ahead of others, for threads that must not be late.</summary>
public static unsafe class Realtime
{
    const int LockCurrent = 1, LockFuture = 2, LockOnFault = 4; // MCL_* of sys/mman.h
    const int FirstInFirstOut = 1; // SCHED_FIFO
    const int LowestPriority = 1; // before all ordinary threads, after all other real-time threads

    /// <summary>Keeps all pages that this process has used or will use in memory. Returns 0 or the errno.</summary>
    public static int LockMemory() => Libc.mlockall(LockCurrent | LockFuture | LockOnFault) < 0 ? Libc.LastError : 0;

    /// <summary>Lets the kernel schedule the calling thread before all ordinary threads. Returns 0 or the errno.</summary>
    public static int Schedule()
    {
        int priority = LowestPriority; // struct sched_param has this one member
        return Libc.sched_setscheduler(0, FirstInFirstOut, &priority) < 0 ? Libc.LastError : 0;
    }
}
