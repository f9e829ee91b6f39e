namespace XenCommons.Findings;

/// <summary>How severe a finding is.</summary>
enum Severity
{
    /// <summary>It is good to know, and nothing need be done.</summary>
    Remark,

    /// <summary>Something will not work, or not well.</summary>
    Warning,

    /// <summary>The host cannot run guests.</summary>
    Error,
}
