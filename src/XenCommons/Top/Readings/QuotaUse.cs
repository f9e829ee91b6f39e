namespace XenCommons.Top.Readings;

/// <summary>How much of a quota a domain uses.</summary>
/// <param name="Name">The quota's name, as xenstored has it.</param>
/// <param name="Used">What the domain has.</param>
/// <param name="Limit">What it may have; more than 0.</param>
readonly record struct QuotaUse(string Name, double Used, double Limit)
{
    /// <summary>0 to 100; more if the limit was lowered.</summary>
    internal double Percent => 100 * Used / Limit;
}
