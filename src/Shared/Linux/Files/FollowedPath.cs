namespace Xen.Linux.Files;

/// <summary>Paths as the kernel follows them. .NET takes a link for what it leads to, even where that is not there.</summary>
public static class FollowedPath
{
    const int Existence = 0; // F_OK (unistd.h)

    /// <summary>Whether there is something at a path, or at the end of the links that lie there.</summary>
    public static bool IsThere(string path) => Libc.access(path, Existence) == 0;
}
