using Xen.Protocol.Wire;
using XenStored.Commands.Requests;

namespace XenStored.Commands;

/// <summary>
/// One kind of request: what runs it, whether only the privileged may send it, whether it reads or changes nodes, as they are in its
/// transaction, whether the number of a transaction means nothing in it, and whether it is charged to a guest as a write. A reader may
/// send those that are for readers, and no others.
/// </summary>
sealed record CommandRow(
    string Name, CommandRow.Handler Run, bool IsPrivileged = false, bool IsOfNodes = false, bool IgnoresTransaction = false,
    bool IsWrite = false, bool IsForReaders = false)
{
    internal delegate Reply Handler(RequestContext request, PayloadReader arguments);
}
