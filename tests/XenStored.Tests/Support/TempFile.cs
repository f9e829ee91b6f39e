namespace XenStored.Tests.Support;

/// <summary>A folder on tmpfs, removed at the end.</summary>
sealed class TempFolder : IDisposable
{
    internal string Path { get; } = Directory.CreateDirectory(System.IO.Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : "/tmp", "xs" + Guid.NewGuid().ToString("N")[..12])).FullName;

    internal string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
