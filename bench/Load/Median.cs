namespace Load;

/// <summary>The middle of some figures.</summary>
static class Median
{
    /// <summary>The middle one; of an even number of them what is in between the two middle ones.</summary>
    public static double Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
