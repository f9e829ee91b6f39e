using System.Runtime.InteropServices;

namespace XenStored.Tree.Storage;

/// <summary>
/// A node as it lies in its block, read only:
/// <code>
/// head 24 | permissions 4n | children: references 4n, or WideChildren 20 | external value 4? | tags 1n | name | value if inside
/// </code>
/// A tag is one byte of a child's name hash, so that a name is looked for without touching the children that do not fit.
/// </summary>
readonly ref struct NodeBlock
{
    /// <summary>Most children that a node refers to itself; with more, it is wide.</summary>
    internal const int MostInside = 32;
    /// <summary>Longest value kept in the node's own block: each change below copies it.</summary>
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

    internal long Generation => Head.Generation;
    internal bool IsWide => (Head.Shape & WideFlag) != 0;
    internal bool HasExternalValue => (Head.Shape & ExternalFlag) != 0;
    internal int Inside => Head.Shape & InsideMask;
    internal int ChildCount => IsWide ? (int)Wide.Live : Inside;
    internal int ValueLength => Head.ValueLength;

    internal ReadOnlySpan<Permission> Permissions =>
        MemoryMarshal.Cast<byte, Permission>(block.Slice(NodeHead.Size, Permission.Size * Head.PermissionCount));
    /// <summary>Whose node it is: the first permission's domain.</summary>
    internal ushort Owner => Permissions[0].Domid;

    internal ReadOnlySpan<Ref> Children => MemoryMarshal.Cast<byte, Ref>(block.Slice(ChildrenOffset, Ref.Size * Inside));
    internal WideChildren Wide => MemoryMarshal.Read<WideChildren>(block[ChildrenOffset..]);
    internal Ref ExternalValue => HasExternalValue ? MemoryMarshal.Read<Ref>(block[AfterChildren..]) : Ref.None;
    internal ReadOnlySpan<byte> Tags => block.Slice(TagsOffset, Inside);
    internal ReadOnlySpan<byte> Name => block.Slice(TagsOffset + Inside, Head.NameLength);
    internal ReadOnlySpan<byte> Value => HasExternalValue
        ? blocks[ExternalValue].Slice(BlockHeader.Size, Head.ValueLength)
        : block.Slice(TagsOffset + Inside + Head.NameLength, Head.ValueLength);

    /// <summary>Offset of the reference to the child at a position, for patching it in a copy.</summary>
    internal int ChildOffset(int position) => ChildrenOffset + Ref.Size * position;

    internal int ChildrenOffset => NodeHead.Size + Permission.Size * Head.PermissionCount;

    int AfterChildren => ChildrenOffset + (IsWide ? WideChildren.Size : Ref.Size * Inside);
    int TagsOffset => AfterChildren + (HasExternalValue ? Ref.Size : 0);
}
