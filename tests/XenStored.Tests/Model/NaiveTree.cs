namespace XenStored.Tests.Model;

/// <summary>
/// The tree and its rules as a dictionary of strings, copied whole for each transaction: slow, and short enough to be believed.
/// </summary>
sealed class NaiveTree
{
    readonly Dictionary<string, NaiveNode> nodes = [];

    internal NaiveTree()
    {
        nodes["/"] = new() { Permissions = [('n', 0)], Children = ["tool"] };
        nodes["/tool"] = new() { Permissions = [('n', 0)], Children = ["xenstored"] };
        nodes["/tool/xenstored"] = new() { Permissions = [('n', 0)] };
    }

    NaiveTree(NaiveTree from)
    {
        foreach (var (path, node) in from.nodes)
            nodes[path] = node.Copy();
    }

    internal NaiveTree Copy() => new(this);

    internal NaiveNode? Find(string path) => nodes.GetValueOrDefault(path);

    internal int OwnedBy(int domid) => nodes.Values.Count(node => node.Permissions[0].Domid == domid);

    /// <summary>The nodes of a subtree, children before their parents.</summary>
    internal List<string> Below(string path)
    {
        var list = new List<string>();
        foreach (string name in nodes[path].Children)
            list.AddRange(Below(Join(path, name)));
        list.Add(path);
        return list;
    }

    internal string Rights(Who who, string path)
    {
        var permissions = nodes[path].Permissions;
        if (who.IsPrivileged || permissions[0].Domid == who.Domid)
            return "rwo";
        char letter = permissions.Skip(1).Where(entry => entry.Domid == who.Domid)
            .Select(entry => entry.Letter).FirstOrDefault(permissions[0].Letter);
        return letter switch { 'b' => "rw", 'n' => "", _ => letter.ToString() };
    }

    /// <summary>"OK", or the error that this client is told about this path.</summary>
    internal string Check(Who who, string path, string needed)
    {
        if (nodes.ContainsKey(path))
            return needed.All(Rights(who, path).Contains) ? "OK" : "EACCES";
        string above = Parent(path);
        while (!nodes.ContainsKey(above))
            above = Parent(above);
        return needed.Any(Rights(who, above).Contains) ? "ENOENT" : "EACCES";
    }

    internal string Read(Who who, string path) => Check(who, path, "r") is var error && error != "OK" ? error : nodes[path].Value;

    internal string Directory(Who who, string path) =>
        Check(who, path, "r") is var error && error != "OK" ? error : string.Join(' ', nodes[path].Children);

    internal string GetPerms(Who who, string path) =>
        Check(who, path, "r") is var error && error != "OK"
            ? error
            : string.Join(' ', nodes[path].Permissions.Select(entry => $"{entry.Letter}{entry.Domid}"));

    internal string Write(Who who, string path, string value, int mostNodes)
    {
        string error = Check(who, path, "w");
        if (error == "OK")
            nodes[path].Value = value;
        else if (error == "ENOENT" && !who.IsPrivileged && OwnedBy(who.Domid) + Missing(path) > mostNodes)
            return "ENOSPC";
        else if (error == "ENOENT")
        {
            Make(who, path);
            nodes[path].Value = value;
            return "OK";
        }
        return error;
    }

    internal string Mkdir(Who who, string path, int mostNodes) =>
        Check(who, path, "w") is "ENOENT" ? Write(who, path, "", mostNodes) : Check(who, path, "w");

    internal string Rm(Who who, string path)
    {
        string error = Check(who, path, "w");
        if (error == "ENOENT")
            return nodes.ContainsKey(Parent(path)) ? "OK" : "ENOENT";
        if (error == "OK")
            Remove(path);
        return error;
    }

    internal string SetPerms(Who who, string path, List<(char, int)> permissions)
    {
        string error = Check(who, path, "wo");
        if (error != "OK")
            return error;
        if (!who.IsPrivileged && permissions[0].Item2 != nodes[path].Permissions[0].Domid)
            return "EPERM";
        nodes[path].Permissions = [.. permissions];
        return "OK";
    }

    internal void Remove(string path)
    {
        foreach (string gone in Below(path))
            nodes.Remove(gone);
        nodes[Parent(path)].Children.Remove(path[(path.LastIndexOf('/') + 1)..]);
    }

    /// <summary>The top nodes that a domain owns, in the order of a walk from the root.</summary>
    internal List<string> TopsOwnedBy(int domid, string from)
    {
        if (!nodes.TryGetValue(from, out var node))
            return [];
        if (node.Permissions[0].Domid == domid)
            return [from];
        return [.. node.Children.SelectMany(name => TopsOwnedBy(domid, Join(from, name)))];
    }

    /// <summary>A domain is gone: no node names it any more.</summary>
    internal void Forget(int domid)
    {
        foreach (var node in nodes.Values)
            node.Permissions = [node.Permissions[0], .. node.Permissions.Skip(1).Where(entry => entry.Domid != domid)];
    }

    int Missing(string path)
    {
        int count = 0;
        for (; !nodes.ContainsKey(path); path = Parent(path))
            count++;
        return count;
    }

    void Make(Who who, string path)
    {
        if (nodes.ContainsKey(path))
            return;
        string parent = Parent(path);
        Make(who, parent);
        var permissions = nodes[parent].Permissions.ToList();
        if (!who.IsPrivileged)
            permissions[0] = (permissions[0].Letter, who.Domid);
        nodes[path] = new() { Permissions = permissions };
        nodes[parent].Children.Add(path[(path.LastIndexOf('/') + 1)..]);
    }

    internal static string Parent(string path) => path.LastIndexOf('/') is > 0 and var at ? path[..at] : "/";

    static string Join(string path, string name) => path == "/" ? "/" + name : path + "/" + name;
}
