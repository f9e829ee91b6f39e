using System.Globalization;

namespace XenCommons.Top.Tables;

/// <summary>Numbers in few columns. What is unknown is a hyphen.</summary>
static class Amount
{
    const string Unknown = "-";
    const double Kilo = 1000, Kibi = 1024;

    /// <summary>At most five columns: 0, 0.4, 12345, 123k, 12M.</summary>
    internal static string Of(double? number) => number switch
    {
        null => Unknown,
        <= 0 => "0",
        < 0.05 => "<0.1",
        < 9.95 => Text(number.Value, "0.0"),
        < 99_999.5 => Text(number.Value, "0"),
        _ => Large(number.Value, Kilo, ["", "k", "M", "G", "T"]),
    };

    /// <summary>How many there are of something, in at most five columns: 0, 12345, 123k.</summary>
    internal static string OfCount(double? number) => number < 99_999.5 ? Text(number.Value, "0") : Of(number);

    /// <summary>At most five columns: 512, 1.5K, 16G.</summary>
    internal static string OfBytes(double? number) => number is not { } bytes ? Unknown
        : bytes < 0.5 ? "0"
        : Large(bytes, Kibi, ["", "K", "M", "G", "T"]);

    /// <summary>At most four columns: 87%.</summary>
    internal static string OfPercent(double? number) => number is not { } percent ? Unknown
        : percent is > 0 and < 0.5 ? "<1%"
        : Text(Math.Min(percent, 999), "0") + "%";

    static string Large(double number, double unit, string[] units)
    {
        int index = 0;
        for (; number >= 999.5 && index < units.Length - 1; index++)
            number /= unit;
        return Text(number, index > 0 && number < 9.95 ? "0.0" : "0") + units[index];
    }

    static string Text(double number, string form) => number.ToString(form, CultureInfo.InvariantCulture);
}
