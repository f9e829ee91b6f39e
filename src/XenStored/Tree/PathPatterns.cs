namespace XenStored.Tree;

/// <summary>
/// A set of nodes, by patterns of their paths. A <c>*</c> stands for one name, and <c>/**</c> at the end for the node and all below it.
/// Worked example: <c>/local/domain/*/name</c> is the name of each domain, and no other node.
/// </summary>
sealed class PathPatterns
{
    readonly List<byte[][]> patterns = [];
    readonly List<byte[]> specials = [];

    /// <summary>Adds a pattern. False: it is none.</summary>
    internal bool TryAdd(string pattern)
    {
        if (pattern is "@introduceDomain" or "@releaseDomain")
        {
            specials.Add(System.Text.Encoding.ASCII.GetBytes(pattern));
            return true;
        }
        if (!pattern.StartsWith('/'))
            return false;
        string[] names = pattern == "/" ? [] : pattern[1..].Split('/');
        if (!names.Select((name, at) => name == "*" || name == "**" && at == names.Length - 1 || IsName(name)).All(isValid => isValid))
            return false;
        patterns.Add([.. names.Select(System.Text.Encoding.ASCII.GetBytes)]);
        return true;
    }

    /// <summary>Whether a pattern has the node, or the special name.</summary>
    /// <param name="path">A valid absolute path or a special name.</param>
    internal bool Has(ReadOnlySpan<byte> path)
    {
        if (path[0] == '@')
        {
            foreach (byte[] special in specials)
                if (path.SequenceEqual(special))
                    return true;
            return false;
        }
        foreach (byte[][] pattern in patterns)
            if (Has(pattern, path[1..]))
                return true;
        return false;
    }

    static bool Has(byte[][] pattern, ReadOnlySpan<byte> names)
    {
        foreach (byte[] wanted in pattern)
        {
            if (wanted.AsSpan().SequenceEqual("**"u8))
                return true;
            if (names.IsEmpty)
                return false;
            int slash = names.IndexOf((byte)'/');
            var name = slash < 0 ? names : names[..slash];
            if (!wanted.AsSpan().SequenceEqual("*"u8) && !wanted.AsSpan().SequenceEqual(name))
                return false;
            names = slash < 0 ? default : names[(slash + 1)..];
        }
        return names.IsEmpty;
    }

    static bool IsName(string name) =>
        name.Length > 0 && StorePath.HasOnlyCharacters(System.Text.Encoding.ASCII.GetBytes(name)); // what is no ASCII becomes "?"
}
