using System.Text;
using XenStored.Tree;
using XenStored.Tree.Storage;

namespace XenStored.Tests.Memory;

/// <summary>The tree as simply as it can be thought: values by path, children in the order of creation.</summary>
sealed class TreeModel
{
    readonly Dictionary<string, string> values = new() { ["/"] = "" };
    readonly Dictionary<string, List<string>> children = new() { ["/"] = [] };

    internal TreeModel Copy()
    {
        var copy = new TreeModel();
        foreach (var (path, value) in values)
            copy.values[path] = value;
        foreach (var (path, names) in children)
            copy.children[path] = [.. names];
        return copy;
    }

    internal bool Has(string path) => values.ContainsKey(path);

    internal void Write(string path, string value)
    {
        Make(path);
        values[path] = value;
    }

    internal void Remove(string path)
    {
        if (path == "/" || !Has(path))
            return;
        foreach (string name in children[path].ToArray())
            Remove(path + "/" + name);
        values.Remove(path);
        children.Remove(path);
        children[Parent(path)].Remove(path[(path.LastIndexOf('/') + 1)..]);
    }

    /// <summary>All paths with values, depth first in the order of creation.</summary>
    internal string Dump()
    {
        var text = new StringBuilder();
        Dump("/", text);
        return text.ToString();
    }

    void Dump(string path, StringBuilder text)
    {
        text.Append(path).Append('=').Append(values[path]).Append('\n');
        foreach (string name in children[path])
            Dump(path == "/" ? "/" + name : path + "/" + name, text);
    }

    void Make(string path)
    {
        if (Has(path))
            return;
        Make(Parent(path));
        values[path] = "";
        children[path] = [];
        children[Parent(path)].Add(path[(path.LastIndexOf('/') + 1)..]);
    }

    static string Parent(string path) => path.LastIndexOf('/') is > 0 and var at ? path[..at] : "/";
}

/// <summary>The real tree driven like the model.</summary>
sealed class RealTree(StoreMemory memory)
{
    readonly Walk walk = new(memory.Blocks);

    internal void Write(Draft draft, string path, string value)
    {
        var store = StorePath.Known(Encoding.ASCII.GetBytes(path));
        var bytes = Encoding.ASCII.GetBytes(value);
        walk.To(draft.Root, store);
        Make(draft, walk.Found ? Change.SetValue(walk, store, bytes) : Change.Create(walk, store, [new(0, Access.None)], bytes));
    }

    internal void Remove(Draft draft, string path)
    {
        var store = StorePath.Known(Encoding.ASCII.GetBytes(path));
        walk.To(draft.Root, store);
        if (walk.Found && path != "/")
            Make(draft, Change.Remove(walk, store));
    }

    void Make(Draft draft, in Change change)
    {
        Assert.True(Capacity.TryReserve(memory.Blocks, change));
        TreeEdit.Make(draft, change);
    }

    /// <summary>Makes a draft true.</summary>
    internal void Keep(Draft draft)
    {
        memory.Keep(draft);
        memory.Release(draft);
    }

    internal string Dump(Ref root)
    {
        var text = new StringBuilder();
        Dump(root, "/", text);
        return text.ToString();
    }

    void Dump(Ref at, string path, StringBuilder text)
    {
        var node = new NodeBlock(memory.Blocks, at);
        text.Append(path).Append('=').Append(Encoding.ASCII.GetString(node.Value)).Append('\n');
        var names = new List<(Ref, string)>();
        for (uint position = 0; Children.TryNext(memory.Blocks, node, ref position, out var child); position++)
            names.Add((child, Encoding.ASCII.GetString(new NodeBlock(memory.Blocks, child).Name)));
        foreach (var (child, name) in names)
            Dump(child, path == "/" ? "/" + name : path + "/" + name, text);
    }

    /// <summary>Bytes of all blocks that a root reaches.</summary>
    internal long ReachableBytes(Ref root)
    {
        long bytes = 0;
        var todo = new List<Ref> { root };
        while (todo.Count > 0)
        {
            var block = todo[^1];
            todo.RemoveAt(todo.Count - 1);
            bytes += memory.Blocks[block].Length;
            Refs.Collect(memory.Blocks, block, todo);
        }
        return bytes;
    }
}

/// <summary>A random change, the same for the same number and seed, so that a killed run can be told again.</summary>
static class RandomChange
{
    internal static (string Path, string? Value) At(int seed, int number)
    {
        var random = new Random(seed * 1_000_003 + number);
        var path = new StringBuilder();
        for (int depth = random.Next(1, 5); depth > 0; depth--)
            path.Append('/').Append((char)('a' + random.Next(depth == 1 ? 26 : 3))).Append(depth == 1 ? random.Next(4) : "");
        if (random.Next(4) == 0)
            return (path.ToString(), null);
        int length = random.Next(10) switch { 0 => random.Next(200, 3000), < 4 => 0, _ => random.Next(40) };
        return (path.ToString(), new string((char)('a' + number % 26), length));
    }
}
