using System.Globalization;
using System.Text;

namespace XenStored.Handover;

/// <summary>Which program is to take the store over.</summary>
/// <param name="Program">The path of its file.</param>
/// <param name="Arguments">The words of its command line; null: those of the store that runs.</param>
/// <param name="StreamVersion">The version of the stream for a program that takes one; null: the one that each of them reads.</param>
sealed record UpdatePlan(string Program, string[]? Arguments, int? StreamVersion)
{
    /// <summary>Reads what <see cref="Bytes"/> wrote.</summary>
    internal static UpdatePlan Read(byte[] bytes)
    {
        string[] words = Encoding.UTF8.GetString(bytes).Split('\0');
        int? version = words[1].Length > 0 ? int.Parse(words[1], CultureInfo.InvariantCulture) : null;
        return new(words[0], words[2] == "" ? null : words[3..], version);
    }

    internal byte[] Bytes()
    {
        string version = StreamVersion is { } number ? number.ToString(CultureInfo.InvariantCulture) : "";
        string[] words = [Program, version, Arguments is null ? "" : "with", .. Arguments ?? []];
        return Encoding.UTF8.GetBytes(string.Join('\0', words));
    }
}
