using Xen.Protocol.Permissions;

namespace XenStored.Tree.Storage.Nodes;

/// <summary>What a domain may do with a node: the wire's letters n, r, w, b, and whether it is the owner.</summary>
[Flags]
enum Access : byte
{
    None = 0,
    Read = AccessLetter.Read,
    Write = AccessLetter.Write,
    Both = Read | Write,
    Owner = 4,
}
