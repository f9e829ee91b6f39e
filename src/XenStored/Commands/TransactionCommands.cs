using Xen.Wire;

namespace XenStored.Commands;

/// <summary>The beginning and the end of a transaction.</summary>
static class TransactionCommands
{
    /// <summary>TRANSACTION_START → <c>id|</c></summary>
    internal static Reply Start(Turn turn, PayloadReader arguments)
    {
        if (turn.Transaction is not null)
            return XsError.EBUSY;
        return turn.Accounts.AdmitsTransaction(turn.Session)
            ? turn.Buffer.Append(turn.Store.Begin(turn.Session)).Append([0]).Reply
            : XsError.ENOSPC;
    }

    /// <summary>TRANSACTION_END <c>T|</c> or <c>F|</c>. Any other word leaves the transaction open.</summary>
    internal static Reply End(Turn turn, PayloadReader arguments)
    {
        if (!arguments.TryOnly(out var word) || !(word.SequenceEqual("T"u8) || word.SequenceEqual("F"u8)))
            return XsError.EINVAL;
        if (turn.Transaction is not { } transaction)
            return XsError.ENOENT;
        if (word[0] == 'T')
            return turn.Store.Commit(turn.Session, turn.Header.TransactionId, transaction);
        turn.Store.Abort(turn.Session, turn.Header.TransactionId, transaction);
        return Reply.Ok;
    }
}
