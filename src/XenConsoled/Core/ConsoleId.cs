namespace XenConsoled.Core;

/// <summary>A console by its place: ids of domains are used again.</summary>
readonly record struct ConsoleId(ushort Domid, ConsoleKind Kind)
{
    /// <summary>Its node in the store.</summary>
    internal string Node => Kind == ConsoleKind.Pv ? $"/local/domain/{Domid}/console" : $"/local/domain/{Domid}/vuart/0";

    /// <summary>As it is called in logs and file names: <c>3.pv</c>.</summary>
    public override string ToString() => $"{Domid}.{(Kind == ConsoleKind.Pv ? "pv" : "vuart")}";
}
