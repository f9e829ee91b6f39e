namespace XenCommons.Exposition;

/// <summary>What a family of figures is. The text has the name in small letters.</summary>
enum MetricKind
{
    /// <summary>A state, which may rise and fall.</summary>
    Gauge,
    /// <summary>A count since something began. Its name ends in _total.</summary>
    Counter,
    /// <summary>Counts in classes: _bucket with the label le, _sum and _count.</summary>
    Histogram,
}
