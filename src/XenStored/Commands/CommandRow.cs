using Xen.Protocol.Wire;

namespace XenStored.Commands;

/// <summary>
/// One kind of request: what runs it, whether only the privileged may send it, whether it takes part in transactions, and whether it is
/// charged to a guest as a write.
/// </summary>
sealed record CommandRow(
    string Name, CommandRow.Handler Run, bool IsPrivileged = false, bool IgnoresTransaction = false, bool IsWrite = false)
{
    internal delegate Reply Handler(RequestContext request, PayloadReader arguments);
}
