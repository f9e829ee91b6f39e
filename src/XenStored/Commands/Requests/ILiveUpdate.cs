using Xen.Protocol.Wire;
using XenStored.Clients;

namespace XenStored.Commands.Requests;

/// <summary>
/// Replaces the program of this store while it serves. An administrator's client names the program first, and begins the update by another
/// request. Its connection owns the update until then: nobody else may begin one, and if it closes, the update is forgotten.
/// </summary>
interface ILiveUpdate
{
    /// <summary>Names the program. Returns the reason why that cannot be; null if it can.</summary>
    string? Name(Session owner, string file);

    /// <summary>Gives the program another command line than this one's. Returns the reason why that cannot be; null if it can.</summary>
    string? GiveArguments(Session owner, string commandLine);

    /// <summary>Forgets the program. Returns the reason why that cannot be; null if it can.</summary>
    string? Abort(Session owner);

    /// <summary>
    /// Begins the update. Returns the reason why that cannot be; null if it has begun: then the request is answered when it is over, also
    /// by the next program. After an update from oxenstored, whose client asks until it is over, the first answer is OK.
    /// </summary>
    /// <param name="request">The header of the request that is to be answered.</param>
    string? Begin(Session owner, MessageHeader request, UpdateTerms terms);
}
