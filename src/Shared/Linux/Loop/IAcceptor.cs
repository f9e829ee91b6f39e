namespace Xen.Linux.Loop;

/// <summary>Who takes a listener's clients. Called on the loop's thread; must not block.</summary>
public interface IAcceptor
{
    /// <summary>A client connected. Its socket belongs to the acceptor from now on, who may close it at once.</summary>
    void Accepted(FileDescriptor client);

    /// <summary>A client waits and cannot be taken.</summary>
    /// <param name="errno">Why, as the kernel said: EMFILE, ENFILE, ENOMEM and the like.</param>
    void NotAccepted(int errno);
}
