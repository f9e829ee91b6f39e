using XenStored.Connections.Rates;

namespace XenStored.Connections;

/// <summary>A reason not to read from a connection at the moment. The client's requests stay in its ring or socket.</summary>
enum Gate
{
    /// <summary>No reason.</summary>
    None,
    /// <summary>A client on the socket does not read its replies.</summary>
    Output,
    /// <summary>Too many of a guest's requests are outstanding: their replies or events are not delivered yet.</summary>
    Outstanding,
    /// <summary>A guest uses more memory than its quota.</summary>
    Memory,
    /// <summary>
    /// A guest has written too much while transactions are open (<see cref="WriteLimiter"/>), or readers have asked too much
    /// (<see cref="ReadLimiter"/>).
    /// </summary>
    Credit,
    /// <summary>It begins a transaction, and an update waits until none is open: see <see cref="Gates.DelaysTransaction"/>.</summary>
    Update,
}
