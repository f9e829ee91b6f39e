using Xen.Protocol.Wire;

namespace Xen.Client;

/// <summary>
/// The store inside a transaction: changes take effect together or not at all (<see cref="StoreClient.TransactAsync{T}"/>).
/// </summary>
public sealed class StoreTransaction : StoreView
{
    internal StoreTransaction(StoreConnection connection, uint id) : base(connection, id)
    {
    }

    /// <summary>Commits or aborts it. False: it conflicts with another transaction and must be repeated.</summary>
    internal async Task<bool> EndAsync(bool keeps)
    {
        try
        {
            await AskAsync(MessageType.TransactionEnd, "end a transaction", Words(keeps ? "T" : "F")).ConfigureAwait(false);
            return true;
        }
        catch (StoreException e) when (e.Error == XsError.EAGAIN)
        {
            return false;
        }
    }
}
