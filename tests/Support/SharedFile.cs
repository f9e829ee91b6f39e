using System.IO.MemoryMappedFiles;

namespace Xen.Support;

/// <summary>A file that is mapped and shared with a daemon, as a page of a guest's is.</summary>
public sealed unsafe class SharedFile : IDisposable
{
    readonly MemoryMappedFile file;
    readonly MemoryMappedViewAccessor view;
    readonly int size;

    /// <summary>Maps it; makes it if it is not there, of zeros.</summary>
    public SharedFile(string path, int size)
    {
        this.size = size;
        using var stream = Make(path, size);
        file = MemoryMappedFile.CreateFromFile(
            stream, null, size, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
        view = file.CreateViewAccessor(0, size);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        Start = start;
    }

    /// <summary>Its first byte; valid until this is disposed.</summary>
    public byte* Start { get; }

    /// <summary>All of its bytes.</summary>
    public Span<byte> Bytes => new(Start, size);

    /// <summary>Makes it, or makes it long enough; the caller closes it.</summary>
    public static FileStream Make(string path, int size)
    {
        var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, 0);
        if (stream.Length < size)
            stream.SetLength(size);
        return stream;
    }

    /// <summary>Unmaps it; the file stays.</summary>
    public void Dispose()
    {
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        file.Dispose();
    }
}
