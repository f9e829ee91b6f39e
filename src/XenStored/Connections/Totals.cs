namespace XenStored.Connections;

/// <summary>The counts of the daemon since its start, for the status.</summary>
sealed class Totals
{
    internal long Iterations, Requests;
}
