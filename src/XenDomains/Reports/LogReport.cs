using XenDomains.Planning;

namespace XenDomains.Reports;

/// <summary>Reports each step as a line of the journal, with the guest's name as a field.</summary>
sealed class LogReport(ILogger logger) : IReport
{
    /// <inheritdoc/>
    public void Tell(string guest, Stage stage, string text)
    {
        if (stage == Stage.Failed)
            DomainsLog.Failed(logger, guest, text);
        else if (stage != Stage.Queued)
            DomainsLog.Step(logger, guest, text);
    }
}
