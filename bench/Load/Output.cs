using System.Globalization;

namespace Load;

/// <summary>What a scenario found: a line "scenario, figure, value, mark" for each, tab separated.</summary>
sealed class Output(string scenario)
{
    /// <summary>Tells a figure; <paramref name="cut"/>: it was cut short by the time allowed, and extrapolated.</summary>
    public void Tell(string figure, double value, bool cut = false) =>
        Console.WriteLine($"{scenario}\t{figure}\t{value.ToString("R", CultureInfo.InvariantCulture)}\t{(cut ? "~" : "")}");
}
