using System.Runtime.InteropServices;

namespace XenStored.State.Memory;

/// <summary>The fixed part of a node's block; what varies follows in the order of <see cref="NodeBlock"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
struct NodeHead
{
    internal const int Size = 24;

    internal BlockHeader Header;
    internal long Generation;
    internal ushort NameLength, ValueLength, PermissionCount, Shape;
}

/// <summary>Where the children of a node with many are: a sequence that keeps their order, and an index of their names.</summary>
[StructLayout(LayoutKind.Sequential)]
record struct WideChildren(Ref Order, Ref Names, uint Next, uint Live, uint NameBytes)
{
    internal const int Size = 20;
}

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

/// <summary>What a node's block is to hold: loaded from an old one, changed in a field, built anew.</summary>
ref struct NodeSpec
{
    internal long Generation;
    internal ReadOnlySpan<byte> Name;
    internal ReadOnlySpan<Permission> Permissions;
    internal ReadOnlySpan<Ref> Children;
    internal ReadOnlySpan<byte> Tags;
    internal WideChildren? Wide;
    /// <summary>The value, if it is kept inside; else its length is <see cref="ExternalLength"/>.</summary>
    internal ReadOnlySpan<byte> Value;
    internal Ref ExternalValue;
    internal int ExternalLength;

    internal static NodeSpec Load(in NodeBlock node) => new()
    {
        Generation = node.Generation,
        Name = node.Name,
        Permissions = node.Permissions,
        Children = node.Children,
        Tags = node.Tags,
        Wide = node.IsWide ? node.Wide : null,
        Value = node.HasExternalValue ? default : node.Value,
        ExternalValue = node.ExternalValue,
        ExternalLength = node.HasExternalValue ? node.ValueLength : 0,
    };

    /// <summary>Bytes of the block that <see cref="Build"/> makes.</summary>
    internal readonly int Size => NodeHead.Size + Permission.Size * Permissions.Length
        + (Wide is null ? NodeBlock.ChildSize * Children.Length : WideChildren.Size)
        + (ExternalValue.IsNone ? 0 : Ref.Size) + Name.Length + Value.Length;

    internal readonly Ref Build(Blocks blocks, long epoch)
    {
        var built = blocks.Allocate(epoch, BlockKind.Node, Size, out var block);
        ref NodeHead head = ref MemoryMarshal.AsRef<NodeHead>(block);
        head.Generation = Generation;
        head.NameLength = (ushort)Name.Length;
        head.ValueLength = (ushort)(ExternalValue.IsNone ? Value.Length : ExternalLength);
        head.PermissionCount = (ushort)Permissions.Length;
        head.Shape = (ushort)((Wide is null ? Children.Length : NodeBlock.WideFlag) | (ExternalValue.IsNone ? 0 : NodeBlock.ExternalFlag));

        var rest = block[NodeHead.Size..];
        Append(ref rest, MemoryMarshal.AsBytes(Permissions));
        if (Wide is { } wide)
            Append(ref rest, MemoryMarshal.AsBytes(new ReadOnlySpan<WideChildren>(in wide)));
        else
            Append(ref rest, MemoryMarshal.AsBytes(Children));
        if (!ExternalValue.IsNone)
        {
            var external = ExternalValue;
            Append(ref rest, MemoryMarshal.AsBytes(new ReadOnlySpan<Ref>(in external)));
        }
        if (Wide is null)
            Append(ref rest, Tags);
        Append(ref rest, Name);
        Append(ref rest, Value);
        return built;
    }

    static void Append(ref Span<byte> rest, scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(rest);
        rest = rest[bytes.Length..];
    }
}
