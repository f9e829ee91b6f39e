namespace XenWatchdog.Checks;

/// <summary>Checks one thing.</summary>
interface ICheck
{
    /// <summary>
    /// Returns the fault as a sentence without a full stop; null if there is none. It may take any time, so the caller has a thread for it.
    /// </summary>
    string? Look();
}
