namespace Load;

/// <summary>Latencies in nanoseconds.</summary>
sealed class Samples(int expected)
{
    long[] values = new long[expected];
    bool sorted;

    public int Count { get; private set; }

    public void Add(long nanoseconds)
    {
        if (Count == values.Length)
            Array.Resize(ref values, Count * 2);
        values[Count++] = nanoseconds;
        sorted = false;
    }

    /// <summary>The value below which this share of all samples lies, in microseconds.</summary>
    public double Microseconds(double share)
    {
        if (Count == 0)
            return double.NaN;
        if (!sorted)
            Array.Sort(values, 0, Count);
        sorted = true;
        return values[Math.Min(Count - 1, (int)(Count * share))] / 1e3;
    }

    public double Worst => Microseconds(1);
}
