using XenStored.Clients.Limits;

namespace XenStored.Clients;

/// <summary>The daemon's part of a session: its connection, which has the client's bytes and its log.</summary>
interface IConnection
{
    /// <summary>A quota refused a request of the session.</summary>
    /// <param name="domain">Whose quota it is.</param>
    void Refused(Domain domain, Quota quota);

    /// <summary>The transaction that the session has begun has priority over those of others.</summary>
    void HasPriority();
}
