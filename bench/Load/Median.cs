namespace Load;

/// <summary>The middle of some figures.</summary>
static class Median
{
    /// <summary>
    /// The middle one; of an even number of them what is in between the two middle ones. Not a number if one of them is none.
    /// </summary>
    public static double Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()]; // what is no number comes first
        return double.IsNaN(sorted[0]) ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
