using XenStored.Tree.Storage;
using XenStored.Tree.Storage.MappedFile;
using XenStored.Tree.Storage.Nodes;

namespace XenStored.Store;

/// <summary>
/// Checks the store: each node of the tree and of the records must be found by its name, and the accounts must equal a new count.
/// </summary>
static class Audit
{
    /// <summary>The first fault that is found, as a sentence; null if there is none.</summary>
    internal static string? FirstFault(XenStore store)
    {
        store.Accounts.Settle();
        var counted = new Dictionary<ushort, long>();
        if (FirstFault(store.Memory.Blocks, store.Memory.Root, counted) is { } fault)
            return fault;
        foreach (var special in store.Specials.All)
            counted[special.Permissions[0].Domid] = counted.GetValueOrDefault(special.Permissions[0].Domid) + 1;
        foreach (var domain in store.Domains.All)
            if (counted.GetValueOrDefault(domain.Id) is var owned && owned != domain.Account.Nodes.Now)
                return $"domain {domain.Id} owns {owned} nodes but its account says {domain.Account.Nodes.Now}";
        return store.Memory.Records.IsNone ? null : FirstFault(store.Memory.Blocks, store.Memory.Records, []);
    }

    // Of a node and all below it. Counts the nodes of each owner.
    static string? FirstFault(Blocks blocks, Ref top, Dictionary<ushort, long> counted)
    {
        var todo = new Stack<Ref>();
        todo.Push(top);
        while (todo.TryPop(out var at))
        {
            var node = new NodeBlock(blocks, at);
            ushort owner = node.Owner;
            counted[owner] = counted.GetValueOrDefault(owner) + 1;
            int children = 0;
            for (uint position = 0; Children.TryNext(blocks, node, ref position, out var child); position++, children++)
            {
                var name = new NodeBlock(blocks, child).Name;
                if (!Children.TryFind(blocks, node, name, out uint found, out var same) || same != child || found != position)
                    return $"the child {System.Text.Encoding.ASCII.GetString(name)} is not found under its name";
                todo.Push(child);
            }
            if (children != node.ChildCount)
                return $"a node has {children} children but counts {node.ChildCount}";
        }
        return null;
    }
}
