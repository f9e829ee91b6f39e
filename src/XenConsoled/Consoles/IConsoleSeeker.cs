namespace XenConsoled.Consoles;

/// <summary>Who waits for a console that is not there yet. Called on the loop's thread.</summary>
interface IConsoleSeeker
{
    /// <summary>A console began, or has another name now.</summary>
    void ConsoleCame(GuestConsole console);
}
