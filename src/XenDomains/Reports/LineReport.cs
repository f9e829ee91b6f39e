using XenDomains.Planning;

namespace XenDomains.Reports;

/// <summary>Reports in plain lines, where no terminal can show a table.</summary>
/// <param name="isQuiet">Report failures only.</param>
sealed class LineReport(TextWriter output, bool isQuiet) : IReport
{
    /// <inheritdoc/>
    public void Tell(string guest, Stage stage, string text)
    {
        if (stage == Stage.Failed || !isQuiet && stage != Stage.Queued)
            lock (output)
                output.WriteLine($"{guest} {text}");
    }
}
