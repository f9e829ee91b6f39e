namespace XenDomains.Planning;

/// <summary>
/// Who is told what happens, as it happens: a terminal, the journal, the service's status, the bus. Calls may come from several threads.
/// </summary>
interface IReport
{
    /// <param name="stage">Done, Left and Failed are the last of a guest.</param>
    /// <param name="text">What happens, in a few words that stand after the guest's name.</param>
    void Tell(string guest, Stage stage, string text);
}
