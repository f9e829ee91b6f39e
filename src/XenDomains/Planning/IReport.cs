namespace XenDomains.Planning;

/// <summary>
/// Receives what happens, as it happens: a terminal, the journal, the service's status, the bus. Calls may come from several threads.
/// </summary>
interface IReport
{
    /// <param name="stage">Done, Left and Failed are a guest's last stages.</param>
    /// <param name="text">What happens, in a few words that follow the guest's name.</param>
    void Tell(string guest, Stage stage, string text);
}
