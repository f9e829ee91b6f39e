namespace XenWatchdog.Checks;

/// <summary>Looks at one thing.</summary>
interface ICheck
{
    /// <summary>
    /// What is wrong, in a sentence without its end; null if nothing is. It may take any time: who calls it has a thread for it.
    /// </summary>
    string? Look();
}
