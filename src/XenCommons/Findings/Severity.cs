namespace XenCommons.Findings;

/// <summary>How bad something is.</summary>
enum Severity
{
    /// <summary>Worth knowing; nothing need be done.</summary>
    Remark,

    /// <summary>Something will not work, or not well.</summary>
    Warning,

    /// <summary>The host cannot run guests so.</summary>
    Error,
}
