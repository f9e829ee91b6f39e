namespace XenStored.Clients.Limits;

/// <summary>The quotas, in the order in which GET_QUOTA names them.</summary>
enum Quota
{
    Nodes, Watches, Outstanding, Memory, SoftMemory, Transactions, TransactionNodes, NodePermissions, PathMax, NodeSize,
}
