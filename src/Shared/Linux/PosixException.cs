namespace Xen.Linux;

/// <summary>A call to the kernel that failed where the daemon cannot go on without it. A guest never causes one.</summary>
/// <param name="call">The call and what it was about, as an administrator would name it: <c>bind /run/xenstored/socket</c>.</param>
/// <param name="errno">Why, as the kernel said.</param>
/// <param name="advice">What the administrator should look at.</param>
public class PosixException(string call, int errno, string? advice = null)
    : IOException($"{call}: {Xen.Linux.Errno.Text(errno)}{(advice is null ? "" : ": " + advice)}")
{
    /// <summary>Why, as the kernel said.</summary>
    public int Errno { get; } = errno;
}
