namespace Xen.Linux.Loop;

/// <summary>What a descriptor is ready for (epoll's own bits).</summary>
[Flags]
public enum Readiness : uint
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>There is something to read (EPOLLIN).</summary>
    Read = 1,
    /// <summary>There is space to write (EPOLLOUT).</summary>
    Write = 4,
    /// <summary>An error is pending (EPOLLERR). The kernel always reports it.</summary>
    Error = 8,
    /// <summary>The other side is gone (EPOLLHUP). The kernel always reports it.</summary>
    HangUp = 16,
}
