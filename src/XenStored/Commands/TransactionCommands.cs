using Xen.Protocol.Wire;
using XenStored.Commands.Requests;

namespace XenStored.Commands;

/// <summary>The beginning and the end of a transaction.</summary>
static class TransactionCommands
{
    /// <summary>TRANSACTION_START → <c>id|</c></summary>
    internal static Reply Start(RequestContext request, PayloadReader arguments)
    {
        if (request.Transaction is not null)
            return XsError.EBUSY;
        return request.Accounts.AdmitsTransaction(request.Session)
            ? request.Buffer.Append(request.Store.Transactions.Begin(request.Session)).Append([0]).Reply
            : XsError.ENOSPC;
    }

    /// <summary>TRANSACTION_END <c>T|</c> or <c>F|</c>. Any other word leaves the transaction open.</summary>
    internal static Reply End(RequestContext request, PayloadReader arguments)
    {
        if (!arguments.TryOnly(out var word) || !(word.SequenceEqual("T"u8) || word.SequenceEqual("F"u8)))
            return XsError.EINVAL;
        if (request.Transaction is not { } transaction)
            return XsError.ENOENT;
        if (word[0] == 'T')
            return request.Store.Transactions.Commit(request.Session, request.Header.TransactionId, transaction);
        request.Store.Transactions.Abort(request.Session, request.Header.TransactionId, transaction);
        return Reply.Ok;
    }
}
