using System.Runtime.InteropServices;

namespace XenStored.Tree.Storage;

/// <summary>Where the children of a node with many are: a sequence that keeps their order, and an index of their names.</summary>
[StructLayout(LayoutKind.Sequential)]
record struct WideChildren(Ref Order, Ref Names, uint Next, uint Live, uint NameBytes)
{
    internal const int Size = 20;
}
