namespace Xen.Linux.Loop;

/// <summary>What a loop looks at beside its descriptors, without a system call: memory that it shares with others.</summary>
public interface IPolled
{
    /// <summary>Whether there is enough to do for an iteration. The iteration that follows does it.</summary>
    bool Look();

    /// <summary>
    /// The loop asks the kernel next, and may sleep. From now on the others must be able to wake it. True: there is something to do
    /// already, and the iteration that follows does it.
    /// </summary>
    bool Rest();
}
