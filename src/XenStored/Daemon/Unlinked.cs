using Xen.Linux.Files;

namespace XenStored.Daemon;

/// <summary>A file that goes when the daemon ends in order.</summary>
sealed class Unlinked(string path) : IDisposable
{
    public void Dispose() => Folder.Unlink(path);
}
