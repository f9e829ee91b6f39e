namespace Xen.Linux.Files;

/// <summary>
/// A failed access to the host's files: no right, no space, no such file, a broken disk. It says something about the host, and is no fault
/// of the code. So whoever can go on without the file does. Every other exception passes.
/// </summary>
public static class FileFault
{
    /// <summary>Whether an exception is one: an <see cref="IOException"/>, as PosixException is, or no right.</summary>
    public static bool Is(Exception e) => e is IOException or UnauthorizedAccessException;

    /// <summary>Does something with files.</summary>
    /// <returns>Null, or why it failed, for an administrator to read.</returns>
    public static string? Of(Action work)
    {
        try
        {
            work();
            return null;
        }
        catch (Exception e) when (Is(e)) // the reason is what the caller asks for
        {
            return e.Message;
        }
    }

    /// <summary>What a read of files gives, or what the caller takes instead if it fails.</summary>
    public static T Otherwise<T>(Func<T> read, T instead)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (Is(e)) // the caller has said what a failure means
        {
            return instead;
        }
    }
}
