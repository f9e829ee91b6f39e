namespace Xen.Linux.Loop;

/// <summary>Takes a listener's clients. The loop's thread calls it, and it must not block.</summary>
public interface IAcceptor
{
    /// <summary>A client connected. The acceptor owns its socket from now on and may close it at once.</summary>
    void Accepted(FileDescriptor client);

    /// <summary>A client waits and cannot be accepted.</summary>
    /// <param name="errno">The kernel's reason: EMFILE, ENFILE, ENOMEM and the like.</param>
    void NotAccepted(int errno);
}
