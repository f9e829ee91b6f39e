using System.Runtime.InteropServices;
using XenStored.Crashes;

namespace XenStored.Tree.Storage.MappedFile;

/// <summary>
/// The file's first slab: a format version, the seed of the name hash, and two halves of 64 bytes. A publish writes the older half. Memory
/// keeps the order of a program's writes even after kill -9. So a half with a right check is complete, and a half that is half written is
/// never chosen.
/// </summary>
sealed class Superblock
{
    /// <summary>The version of all layouts in the file. A file of another version is not read.</summary>
    internal const ulong Format = 0x33_30_65_72_6F_74_73_78; // "xstore03"

    [StructLayout(LayoutKind.Sequential)]
    struct Head
    {
        internal ulong Format;
        internal ulong HashSeed;
        internal Guid Boot;
        internal int Openings;
        internal int Restarts;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct Half
    {
        internal PublishedRoot Root;
        internal ulong Check;
    }

    readonly StoreFile file;

    /// <summary>Reads the file's head, or writes it if the file is new.</summary>
    /// <param name="boot">The id of the host's boot.</param>
    /// <exception cref="InvalidDataException">The file is not a store of this format and this boot.</exception>
    internal Superblock(StoreFile file, Guid boot)
    {
        this.file = file;
        ref var head = ref TheHead;
        if (head.Format == 0)
        {
            (head.HashSeed, head.Boot) = (NameHash.NewSeed(), boot);
            Volatile.Write(ref head.Format, Format);
        }
        if (WhyNot(file.Bytes(0, FileLayout.HeadSize), boot) is { } reason)
            throw new InvalidDataException(reason);
        HashSeed = head.HashSeed;
    }

    /// <summary>Why a file with this head cannot be read; null if it can.</summary>
    internal static string? WhyNot(Span<byte> bytes, Guid boot)
    {
        ref var head = ref MemoryMarshal.AsRef<Head>(bytes);
        return head.Format != Format ? "it is not a store of this version"
            : head.Boot != boot ? "it is of another boot of the host"
            : null;
    }

    /// <summary>The number of the last publish.</summary>
    internal long Number { get; private set; }

    /// <summary>
    /// Counts this process among those in a row that have opened the file and have not served. Returns their number. If it is more than a
    /// few, what is in the file ends them.
    /// </summary>
    internal int CountOpening() => ++TheHead.Openings;

    /// <summary>This process serves.</summary>
    /// <param name="goesOn">It goes on with what another process published.</param>
    internal void Serves(bool goesOn)
    {
        TheHead.Openings = 0;
        TheHead.Restarts += goesOn ? 1 : 0;
    }

    /// <summary>How many processes went on with what is in the file, after the one that made it.</summary>
    internal int Restarts => TheHead.Restarts;

    ref Head TheHead => ref MemoryMarshal.AsRef<Head>(file.Bytes(0, FileLayout.HeadSize));

    /// <summary>The secret seed of this file's name hashes. Without it no guest can choose names that collide.</summary>
    internal ulong HashSeed { get; }

    /// <summary>The newest root that was published completely; null in a file in which none was ever published.</summary>
    /// <exception cref="InvalidDataException">Something was published, and none of it is whole.</exception>
    internal PublishedRoot? Newest()
    {
        PublishedRoot? newest = null;
        for (int i = 0; i < 2; i++)
        {
            ref var half = ref At(i);
            if (half.Check == CheckOf(half.Root) && half.Root.Number > (newest?.Number ?? 0))
                newest = half.Root;
        }
        if (newest is null && (At(0).Root.Number != 0 || At(1).Root.Number != 0))
            throw new InvalidDataException("none of its two published states is whole");
        Number = newest?.Number ?? 0;
        return newest;
    }

    /// <summary>Publishes a root. For any other process this is one step.</summary>
    internal void Publish(long epoch, long lastStamp, Ref node, Ref records)
    {
        var root = new PublishedRoot(++Number, epoch, lastStamp, node, records);
        ref var half = ref At((int)(Number & 1));
        Crash.At(CrashPoint.PublishBegins);
        Volatile.Write(ref half.Check, 0);
        Crash.At(CrashPoint.PublishVoidsHalf);
        half.Root = root;
        Crash.At(CrashPoint.PublishWritesRoot);
        Volatile.Write(ref half.Check, CheckOf(root)); // last: all blocks and the half itself are written by now
        Crash.At(CrashPoint.PublishIsWhole);
    }

    ref Half At(int index) =>
        ref MemoryMarshal.AsRef<Half>(file.Bytes(FileLayout.Halves + index * FileLayout.HalfSize, FileLayout.HalfSize));

    static ulong CheckOf(in PublishedRoot root) =>
        NameHash.Mix(
            NameHash.Mix((ulong)root.Number ^ Format, (ulong)root.Epoch),
            NameHash.Mix((ulong)root.LastStamp + 1, (ulong)root.Records.Granule << 32 | root.Node.Granule)) | 1;
}
