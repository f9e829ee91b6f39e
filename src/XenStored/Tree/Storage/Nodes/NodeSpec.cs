using System.Runtime.InteropServices;
using XenStored.Tree.Storage.MappedFile;

namespace XenStored.Tree.Storage.Nodes;

/// <summary>The content of a node's block that is to be built. It can be loaded from an old block and then changed.</summary>
ref struct NodeSpec
{
    internal long Stamp;
    internal ReadOnlySpan<byte> Name;
    internal ReadOnlySpan<Permission> Permissions;
    internal ReadOnlySpan<Ref> Children;
    internal ReadOnlySpan<byte> Tags;
    internal WideChildren? Wide;
    /// <summary>The value, if it is in the node's own block; else its length is <see cref="ExternalLength"/>.</summary>
    internal ReadOnlySpan<byte> Value;
    internal Ref ExternalValue;
    internal int ExternalLength;

    internal static NodeSpec Load(in NodeBlock node) => new()
    {
        Stamp = node.Stamp,
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
        ref var head = ref MemoryMarshal.AsRef<NodeHead>(block);
        head.Stamp = Stamp;
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
