using Xen.Hosting;

namespace XenDomains.Reports;

/// <summary>Writes what a check found for people and for programs.</summary>
static class FindingsText
{
    internal static string Of(IReadOnlyList<string> findings, IReadOnlyList<string> remarks) =>
        string.Concat(findings.Concat(remarks.Select(remark => "note: " + remark)).Select(line => line + "\n"));

    internal static string JsonOf(IReadOnlyList<string> findings, IReadOnlyList<string> remarks) => JsonText.Of(writer =>
    {
        writer.WriteStrings("findings", findings);
        writer.WriteStrings("remarks", remarks);
    });
}
