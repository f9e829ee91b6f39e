using Xen.Protocol.Wire;

namespace XenStored.Commands;

/// <summary>
/// One kind of request: what runs it, whether only the privileged may send it, and whether it takes part in transactions.
/// </summary>
sealed record CommandRow(string Name, CommandRow.Handler Run, bool IsPrivileged = false, bool IgnoresTransaction = false)
{
    internal delegate Reply Handler(RequestContext request, PayloadReader arguments);
}
