using System.Text;
using XenStored.Tree;
using XenStored.Tree.Storage;
using XenStored.Tree.Storage.MappedFile;
using XenStored.Tree.Storage.Nodes;

namespace XenStored.Tests.Storage;

/// <summary>The real tree driven like the model.</summary>
sealed class RealTree(StoreMemory memory)
{
    readonly Walk walk = new(memory.Blocks);

    internal void Write(Draft draft, string path, string value)
    {
        var store = StorePath.Trusted(Encoding.ASCII.GetBytes(path));
        byte[] bytes = Encoding.ASCII.GetBytes(value);
        walk.To(draft.Root, store);
        Make(draft, walk.Found ? Change.SetValue(walk, store, bytes) : Change.Create(walk, store, [new(0, Access.None)], bytes));
    }

    internal void Remove(Draft draft, string path)
    {
        var store = StorePath.Trusted(Encoding.ASCII.GetBytes(path));
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
        memory.Accept(draft);
        memory.Retire(draft);
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
