namespace XenWatchdog.Evaluation;

/// <summary>What a result has changed.</summary>
enum CheckChange
{
    None,
    Failed,
    Recovered,
}
