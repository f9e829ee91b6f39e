using XenStored.Clients;
using XenStored.Tree;
using XenStored.Tree.Storage;

namespace XenStored.Watches;

/// <summary>All watches by path. A change costs the names on its path and the watches that fire, not all watches.</summary>
sealed class WatchTrie
{
    /// <summary>A name in watched paths.</summary>
    internal sealed class WatchNode
    {
        internal Dictionary<byte[], WatchNode>? Below;
        /// <summary>The watches of exactly this path, in the order in which they were set.</summary>
        internal readonly List<Watch> Watches = [];

        internal WatchNode? Find(ReadOnlySpan<byte> name) =>
            Below is not null && Below.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(name, out var branch) ? branch : null;

        internal WatchNode FindOrAdd(ReadOnlySpan<byte> name)
        {
            if (Find(name) is { } found)
                return found;
            Below ??= new(ByteStrings.Comparer);
            var branch = new WatchNode();
            Below.Add(name.ToArray(), branch);
            return branch;
        }

        internal bool IsBare => Watches.Count == 0 && Below is not { Count: > 0 };
    }

    static readonly Comparer<Watch> ByOrder = Comparer<Watch>.Create((a, b) => a.Order.CompareTo(b.Order));

    readonly WatchNode root = new(), specials = new();

    internal int Count { get; private set; }

    internal void Add(Watch watch)
    {
        var branch = Top(watch.Path);
        foreach (var name in Names(watch.Path))
            branch = branch.FindOrAdd(watch.Path.AsSpan(name));
        branch.Watches.Add(watch);
        Count++;
    }

    internal void Remove(Watch watch)
    {
        var way = new Stack<(WatchNode Above, Range Name)>();
        var branch = Top(watch.Path);
        foreach (var name in Names(watch.Path))
        {
            way.Push((branch, name));
            branch = branch.Find(watch.Path.AsSpan(name))!;
        }
        branch.Watches.RemoveAt(branch.Watches.BinarySearch(watch, ByOrder));
        Count--;
        for (; branch.IsBare && way.TryPop(out var step); branch = step.Above)
            step.Above.Below!.GetAlternateLookup<ReadOnlySpan<byte>>().Remove(watch.Path.AsSpan(step.Name));
    }

    /// <summary>
    /// Adds the watches that fire for a change at a path: those of the path, and those above it if their depth reaches it.
    /// </summary>
    internal void Hearing(ReadOnlySpan<byte> path, List<Watch> into)
    {
        int depth = StorePath.Trusted(path).Depth;
        var branch = Top(path);
        int level = 0;
        Collect(branch, depth, into);
        foreach (var name in Names(path))
        {
            if (branch.Find(path[name]) is not { } below)
                return;
            branch = below;
            Collect(branch, depth - ++level, into);
        }
    }

    /// <summary>The trie's node of exactly this path; null if nothing at or below it is watched.</summary>
    internal WatchNode? At(ReadOnlySpan<byte> path)
    {
        var branch = Top(path);
        foreach (var name in Names(path))
            if (branch.Find(path[name]) is { } below)
                branch = below;
            else
                return null;
        return branch;
    }

    static void Collect(WatchNode branch, int levelsBelow, List<Watch> into)
    {
        foreach (var watch in branch.Watches)
            if (watch.Hears(levelsBelow))
                into.Add(watch);
    }

    WatchNode Top(ReadOnlySpan<byte> path) => path[0] == '@' ? specials : root;

    static NameEnumerator Names(ReadOnlySpan<byte> path) => new(path);

    /// <summary>The names of a path as ranges, from the top.</summary>
    internal ref struct NameEnumerator(ReadOnlySpan<byte> path)
    {
        readonly ReadOnlySpan<byte> path = path;
        int start, end = path[0] == '@' ? -1 : 0;

        public readonly NameEnumerator GetEnumerator() => this;
        public readonly Range Current => start..end;

        public bool MoveNext()
        {
            start = end + 1;
            if (start >= path.Length)
                return false;
            int length = path[start..].IndexOf((byte)'/');
            end = length < 0 ? path.Length : start + length;
            return true;
        }
    }
}
