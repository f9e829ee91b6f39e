using Xen.Linux.Files;

namespace XenStored.Daemon;

/// <summary>Removes a file when the daemon ends without a fault.</summary>
sealed class Unlinked(string path) : IDisposable
{
    public void Dispose() => Folder.Unlink(path);
}
