using System.Text;

namespace XenStored.Tests.Storage;

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
