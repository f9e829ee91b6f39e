using Xen.Protocol.Wire;
using XenStored.Commands.Requests;

namespace XenStored.Commands;

/// <summary>One kind of request.</summary>
/// <param name="Name">Its name in the protocol.</param>
/// <param name="Run">What it does.</param>
/// <param name="IsPrivileged">No guest may send it.</param>
/// <param name="IsOfNodes">It reads or changes nodes, and its payload begins with a path. In a transaction it can be made again.</param>
/// <param name="IsOfWatches">It is about watches: a number of a transaction means nothing in it. Its payload begins with a path.</param>
/// <param name="IsWrite">It is charged to a guest as a write.</param>
/// <param name="IsForReaders">A client of the read-only socket may send it.</param>
sealed record CommandRow(
    string Name, CommandRow.Handler Run, bool IsPrivileged = false, bool IsOfNodes = false, bool IsOfWatches = false,
    bool IsWrite = false, bool IsForReaders = false)
{
    internal delegate Reply Handler(RequestContext request, PayloadReader arguments);
}
