namespace Xen.Linux.Loop;

/// <summary>What a descriptor is ready for (epoll's own bits).</summary>
[Flags]
public enum Readiness : uint
{
    /// <summary>Nothing.</summary>
    None = 0,
    /// <summary>There is something to read (EPOLLIN).</summary>
    Read = 1,
    /// <summary>There is room to write (EPOLLOUT).</summary>
    Write = 4,
    /// <summary>An error is pending (EPOLLERR); always watched for.</summary>
    Error = 8,
    /// <summary>The other side is gone (EPOLLHUP); always watched for.</summary>
    HangUp = 16,
}
