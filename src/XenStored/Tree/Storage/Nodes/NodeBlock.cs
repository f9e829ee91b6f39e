using System.Runtime.InteropServices;
using XenStored.Tree.Storage.MappedFile;

namespace XenStored.Tree.Storage.Nodes;

/// <summary>
/// Reads a node from its block:
/// <code>
/// head 24 | permissions 4n | children: references 4n, or WideChildren 20 | external value 4? | tags 1n | name | value if inside
/// </code>
/// A tag is one byte of a child's name hash. It saves reading the blocks of most children when a name is looked up.
/// </summary>
readonly ref struct NodeBlock
{
    /// <summary>The most children that a node's block refers to. With more children the node is wide.</summary>
    internal const int MostInside = 32;
    /// <summary>Bytes of the longest value in the node's own block, which each change below copies.</summary>
    internal const int LongestInside = 200;

    /// <summary>Bytes that a child takes in its parent's block: a reference and a tag.</summary>
    internal const int ChildSize = Ref.Size + 1;

    internal const ushort WideFlag = 0x8000, ExternalFlag = 0x4000;
    const ushort InsideMask = 0xFF;

    readonly ReadOnlySpan<byte> block;
    readonly Blocks blocks;

    internal NodeBlock(Blocks blocks, Ref reference)
    {
        this.blocks = blocks;
        Ref = reference;
        block = blocks[reference];
    }

    internal Ref Ref { get; }

    ref readonly NodeHead Head => ref MemoryMarshal.AsRef<NodeHead>(block);

    internal long Stamp => Head.Stamp;
    internal bool IsWide => (Head.Shape & WideFlag) != 0;
    internal bool HasExternalValue => (Head.Shape & ExternalFlag) != 0;
    internal int Inside => Head.Shape & InsideMask;
    internal int ChildCount => IsWide ? (int)Wide.Live : Inside;
    internal int ValueLength => Head.ValueLength;

    internal ReadOnlySpan<Permission> Permissions =>
        MemoryMarshal.Cast<byte, Permission>(block.Slice(NodeHead.Size, Permission.Size * Head.PermissionCount));
    /// <summary>The node's owner: the first permission's domain.</summary>
    internal ushort Owner => Permissions[0].Domid;

    internal ReadOnlySpan<Ref> Children => MemoryMarshal.Cast<byte, Ref>(block.Slice(ChildrenOffset, Ref.Size * Inside));
    internal WideChildren Wide => MemoryMarshal.Read<WideChildren>(block[ChildrenOffset..]);
    internal Ref ExternalValue => HasExternalValue ? MemoryMarshal.Read<Ref>(block[AfterChildren..]) : Ref.None;
    internal ReadOnlySpan<byte> Tags => block.Slice(TagsOffset, Inside);
    internal ReadOnlySpan<byte> Name => block.Slice(TagsOffset + Inside, Head.NameLength);
    internal ReadOnlySpan<byte> Value => HasExternalValue
        ? blocks[ExternalValue].Slice(BlockHeader.Size, Head.ValueLength)
        : block.Slice(TagsOffset + Inside + Head.NameLength, Head.ValueLength);

    /// <summary>
    /// Whether all parts lie within the block, and the node has an owner. Of a block of an earlier process this may be false, because it is
    /// damaged.
    /// </summary>
    internal bool IsWithin => block.Length >= NodeHead.Size && Head.PermissionCount > 0 && Inside <= (IsWide ? 0 : MostInside)
        && TagsOffset + Inside + Head.NameLength + (HasExternalValue ? 0 : Head.ValueLength) <= block.Length;

    /// <summary>The offset of the reference to the child at a position, to change it in a copy.</summary>
    internal int ChildOffset(int position) => ChildrenOffset + Ref.Size * position;

    internal int ChildrenOffset => NodeHead.Size + Permission.Size * Head.PermissionCount;

    int AfterChildren => ChildrenOffset + (IsWide ? WideChildren.Size : Ref.Size * Inside);
    int TagsOffset => AfterChildren + (HasExternalValue ? Ref.Size : 0);
}
