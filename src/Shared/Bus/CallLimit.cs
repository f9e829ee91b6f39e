namespace Xen.Bus;

/// <summary>
/// How many calls of an object may wait for their answers: each holds its message in memory, and whoever wants no answers is not held
/// back by the bus.
/// </summary>
sealed class CallLimit
{
    const int MostOfAll = 512; // a caller may have many connections

    readonly Lock gate = new();
    readonly Dictionary<string, int> underWay = new(StringComparer.Ordinal);
    int all;

    /// <summary>Whether one more may be begun; if so, <see cref="End"/> is to be told of its end.</summary>
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
