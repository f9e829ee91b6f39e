using XenStored.Tree.Storage.Nodes;

namespace XenStored.Store.Records;

/// <summary>A name outside the tree that can be watched and has permissions: @introduceDomain, @releaseDomain.</summary>
sealed class SpecialNode(string name, Permission[] permissions)
{
    internal byte[] Name { get; } = System.Text.Encoding.ASCII.GetBytes(name);

    internal Permission[] Permissions { get; set; } = permissions;

    /// <summary>The stamp of the last change. It shows which permissions are of domains that died since.</summary>
    internal long Stamp { get; set; }
}
