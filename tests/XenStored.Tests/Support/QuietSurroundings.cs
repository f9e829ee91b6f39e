using Xen.Protocol.Wire;
using XenStored.Clients;
using XenStored.Clients.Transacting;
using XenStored.Commands.Requests;
using XenStored.Surroundings;

namespace XenStored.Tests.Support;

/// <summary>
/// All that a store asks of a daemon, where there is none: each domain exists, all succeeds, and nothing happens. Whoever wants to know of
/// something overrides it.
/// </summary>
abstract class QuietSurroundings : IOutbox, IDomainControl, IDaemonControl, IStatusReport
{
    public virtual void Reply(Session to, MessageHeader request, MessageType type, ReadOnlySpan<byte> payload) { }
    public virtual void Event(Session to, ReadOnlySpan<byte> payload, bool merges, Session? cause) { }

    public virtual bool Exists(ushort domid) => domid < Domid.FirstReserved;

    public virtual bool Connect(Session session, uint port, out XsError error)
    {
        error = XsError.None;
        return true;
    }

    public virtual void Disconnect(Session session) { }

    public virtual bool TrySetLog(string word) => true;
    public virtual XsError WriteReport(string? path, string text) => XsError.None;

    public string LogSettings => "";
    public XsError OpenLogFile(string path) => XsError.None;
    public void Print(string text) { }
    public void Begins(Watch watch) { }
    public void Ends(Watch watch) { }
    public void Begins(Transaction transaction) { }
    public void Ends(Transaction transaction) { }
    public void Full(int errno) { }

    public string Text() => "";
    public string Json() => "";
    public string Domains(ushort first) => "";
    public string Clients(long first) => "";
    public string Paths(Domain domain) => "";
}
