namespace Xen.Support;

/// <summary>A folder of a test's own, which goes with it. Its path is short, for those of sockets are limited to 107 bytes.</summary>
public sealed class TempFolder : IDisposable
{
    const string Memory = "/dev/shm";

    TempFolder(string parent) =>
        Path = Directory.CreateDirectory(System.IO.Path.Combine(parent, "xt" + Guid.NewGuid().ToString("N")[..10])).FullName;

    /// <summary>Makes it where temporary files are.</summary>
    public TempFolder() : this(System.IO.Path.GetTempPath())
    {
    }

    /// <summary>Makes it on a tmpfs, as /run is: it waits for no disk.</summary>
    public static TempFolder InMemory() => new(Directory.Exists(Memory) ? Memory : System.IO.Path.GetTempPath());

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The path of a file in it.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Deletes it with all that is in it.</summary>
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
