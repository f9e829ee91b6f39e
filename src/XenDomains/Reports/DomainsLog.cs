namespace XenDomains.Reports;

/// <summary>
/// Every line that xendomains logs. The event ids are stable: the journal's MESSAGE_ID comes from them, and docs/operations.md lists them.
/// </summary>
static partial class DomainsLog
{
    [LoggerMessage(1, LogLevel.Information, "{XenDomainName} {Step}")]
    internal static partial void Step(ILogger logger, string xenDomainName, string step);

    [LoggerMessage(2, LogLevel.Error, "{XenDomainName} {Step}")]
    internal static partial void Failed(ILogger logger, string xenDomainName, string step);

    [LoggerMessage(3, LogLevel.Warning, "{Remark}")]
    internal static partial void Remark(ILogger logger, string remark);

    [LoggerMessage(4, LogLevel.Information, "{Summary}")]
    internal static partial void Summary(ILogger logger, string summary);

    [LoggerMessage(5, LogLevel.Error, "{Summary}")]
    internal static partial void BadSummary(ILogger logger, string summary);

    internal static void Summarise(ILogger logger, string summary, bool went)
    {
        if (went)
            Summary(logger, summary);
        else
            BadSummary(logger, summary);
    }

    [LoggerMessage(6, LogLevel.Error, "{Reason}")]
    internal static partial void CannotWork(ILogger logger, string reason);

    [LoggerMessage(7, LogLevel.Information, "the settings were read again from {File}")]
    internal static partial void Reloaded(ILogger logger, string file);

    [LoggerMessage(8, LogLevel.Warning,
        "{Service} does not announce a shutdown of the host ({Reason}): guests are stopped when this service is stopped")]
    internal static partial void NoEarlyStart(ILogger logger, string service, string reason);

    [LoggerMessage(9, LogLevel.Information, "the host is about to go down: guests are stopped")]
    internal static partial void GoingDown(ILogger logger);

    [LoggerMessage(10, LogLevel.Warning, "uid {Uid} may not {Verb} guests over the bus; only root may, and users that polkit allows")]
    internal static partial void Refused(ILogger logger, uint uid, string verb);

    [LoggerMessage(11, LogLevel.Information, "the host stays up: guests are started again")]
    internal static partial void StaysUp(ILogger logger);
}
