namespace XenConsoled.Consoles;

/// <summary>Waits for a console that does not exist yet. Called on the loop's thread.</summary>
interface IConsoleSeeker
{
    /// <summary>A console began, or has another name now.</summary>
    void ConsoleCame(GuestConsole console);
}
