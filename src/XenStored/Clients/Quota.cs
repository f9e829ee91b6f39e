namespace XenStored.Clients;

/// <summary>What is limited, in the order in which GET_QUOTA names it.</summary>
enum Quota
{
    Nodes, Watches, Outstanding, Memory, SoftMemory, Transactions, TransactionNodes, NodePermissions, PathMax, NodeSize,
}
