using Xen.Protocol.Wire;

namespace Xen.Client;

/// <summary>Requests that take effect together or not at all (<see cref="StoreClient.TransactAsync{T}"/>).</summary>
public sealed class StoreTransaction : StoreView
{
    internal StoreTransaction(StoreConnection connection, uint id) : base(connection, id)
    {
    }

    /// <summary>Ends it; false if it met another and must be made again.</summary>
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
