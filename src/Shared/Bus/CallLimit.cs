namespace Xen.Bus;

/// <summary>
/// Limits how many calls of an object may wait for their answers. Each call holds its message in memory, and the bus does not limit a
/// caller who wants no answers.
/// </summary>
sealed class CallLimit
{
    const int MostOfAll = 512; // a caller may have many connections

    readonly Lock gate = new();
    readonly Dictionary<string, int> underWay = new(StringComparer.Ordinal);
    int all;

    /// <summary>Begins one more call. False: there are too many. After true the caller must call <see cref="End"/> once.</summary>
    internal bool TryBegin(string sender)
    {
        lock (gate)
        {
            int own = underWay.GetValueOrDefault(sender);
            if (own == ServedObject.MostOfOneCaller || all == MostOfAll)
                return false;
            underWay[sender] = own + 1;
            all++;
            return true;
        }
    }

    /// <summary>A call was answered.</summary>
    internal void End(string sender)
    {
        lock (gate)
        {
            all--;
            if (--underWay[sender] == 0)
                underWay.Remove(sender);
        }
    }
}
