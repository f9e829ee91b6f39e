namespace XenDomains.Planning;

/// <summary>Sorts names by what each waits for.</summary>
static class Order
{
    /// <summary>
    /// Sorts names so that each comes after those that it waits for. Where that leaves a choice, the given order holds.
    /// </summary>
    /// <param name="before">The names that a name waits for.</param>
    /// <param name="circle">Gets the names of each circle. The last name of a circle does not wait.</param>
    internal static (List<string> Sorted, Dictionary<string, List<string>> Waits) Sort(
        IReadOnlyList<string> names, Func<string, IEnumerable<string>> before, Action<IReadOnlyList<string>> circle)
    {
        var sorted = new List<string>();
        var waits = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        var known = names.ToHashSet(StringComparer.Ordinal);
        var done = new HashSet<string>(StringComparer.Ordinal);
        foreach (string first in names)
        {
            // A path of names, each with those that it still has to look at. It needs no recursion: a chain may be as long as the list.
            var path = new List<(string Name, Queue<string> Left)>();
            Enter(first);
            while (path.Count > 0)
            {
                var (name, left) = path[^1];
                if (!left.TryDequeue(out string? next))
                {
                    path.RemoveAt(path.Count - 1);
                    done.Add(name);
                    sorted.Add(name);
                }
                else if (path.FindIndex(one => one.Name == next) is >= 0 and var start)
                    circle([.. path.Skip(start).Select(one => one.Name), next]);
                else
                {
                    waits[name].Add(next);
                    Enter(next);
                }
            }

            void Enter(string name)
            {
                if (done.Contains(name))
                    return;
                waits[name] = [];
                path.Add((name, new(before(name).Where(known.Contains).Distinct(StringComparer.Ordinal))));
            }
        }
        return (sorted, waits);
    }
}
