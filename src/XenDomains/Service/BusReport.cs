using Xen.Bus;
using XenDomains.Planning;

namespace XenDomains.Service;

/// <summary>Sends reports to listeners on the bus, as the signal Progress.</summary>
/// <param name="verb">The operation: start, stop, save.</param>
sealed class BusReport(BusLink bus, string verb) : IReport
{
    public void Tell(string guest, Stage stage, string text) => bus.Send(connection =>
    {
        using var writer = connection.GetMessageWriter();
        writer.WriteSignalHeader(null, DomainsObject.ObjectPath, DomainsObject.InterfaceName, "Progress", "ssss");
        foreach (string word in (string[])[verb, guest, stage.ToString().ToLowerInvariant(), text])
            writer.WriteString(BusText.Of(word));
        return writer.CreateMessage();
    });
}
