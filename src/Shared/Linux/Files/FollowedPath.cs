namespace Xen.Linux.Files;

/// <summary>Looks at paths as the kernel follows them. For .NET a link exists even if its target does not.</summary>
public static class FollowedPath
{
    const int Existence = 0; // F_OK (unistd.h)

    /// <summary>Whether something exists at a path. If a link lies there, its target must exist.</summary>
    public static bool IsThere(string path) => Libc.access(path, Existence) == 0;
}
