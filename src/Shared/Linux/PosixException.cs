namespace Xen.Linux;

/// <summary>A call to the kernel failed, and the caller cannot go on without it. A guest never causes one.</summary>
/// <param name="call">The call and its object, as an administrator would name them: <c>bind /run/xenstored/socket</c>.</param>
/// <param name="errno">The kernel's reason.</param>
/// <param name="advice">What the administrator should look at.</param>
public class PosixException(string call, int errno, string? advice = null)
    : IOException($"{call}: {Xen.Linux.Errno.Text(errno)}{(advice is null ? "" : ": " + advice)}")
{
    /// <summary>The kernel's reason.</summary>
    public int Errno { get; } = errno;
}
