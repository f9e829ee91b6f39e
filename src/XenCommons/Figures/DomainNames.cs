using System.Globalization;

namespace XenCommons.Figures;

/// <summary>The labels of figures that belong to a domain: its id, and its name as far as one is known.</summary>
sealed class DomainNames(IReadOnlyDictionary<int, string> names)
{
    internal IReadOnlyList<(string Name, string Value)> Labels(int domid) =>
    [
        ("domid", domid.ToString(CultureInfo.InvariantCulture)), ("domain", names.GetValueOrDefault(domid, "")),
    ];
}
