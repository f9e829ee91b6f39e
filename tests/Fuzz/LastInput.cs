using System.IO.MemoryMappedFiles;

namespace XenStored.Fuzz;

/// <summary>The input that runs, in a mapped file. So it is there even if the process dies of it. It also counts the inputs.</summary>
sealed unsafe class LastInput : IDisposable
{
    const int Head = sizeof(int);

    readonly MemoryMappedFile file;
    readonly MemoryMappedViewAccessor view;
    readonly byte* start;
    long count;

    internal LastInput(string path)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        Path = path;
        file = MemoryMappedFile.CreateFromFile(path, FileMode.Create, null, Head + Mutator.Longest);
        view = file.CreateViewAccessor();
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
    }

    internal string Path { get; }

    /// <summary>How many inputs have begun. Another thread may ask.</summary>
    internal long Count => Volatile.Read(ref count);

    /// <summary>An input begins. Keeps it: its length in four bytes, and its bytes.</summary>
    internal void Keep(ReadOnlySpan<byte> input)
    {
        *(int*)start = input.Length;
        input.CopyTo(new Span<byte>(start + Head, Mutator.Longest));
        Volatile.Write(ref count, count + 1);
    }

    public void Dispose()
    {
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        file.Dispose();
        File.Delete(Path); // it was survived
    }
}
