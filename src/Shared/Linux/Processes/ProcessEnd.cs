namespace Xen.Linux.Processes;

/// <summary>The end of this process without anything that an ordinary end does.</summary>
public static class ProcessEnd
{
    /// <summary>Ends all threads of this process at once. Nothing is disposed or written.</summary>
    /// <param name="status">The exit status, from 0 to 255.</param>
    public static void Now(int status) => Libc._exit(status);
}
