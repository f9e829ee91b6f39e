using XenDomains.Planning;

namespace XenDomains.Reports;

/// <summary>Plain lines, where no terminal shows a table.</summary>
/// <param name="isQuiet">Only what fails.</param>
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
