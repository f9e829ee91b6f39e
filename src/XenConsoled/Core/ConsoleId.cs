namespace XenConsoled.Core;

/// <summary>The domid and the kind of a console. A later domain can have the same domid.</summary>
readonly record struct ConsoleId(ushort Domid, ConsoleKind Kind)
{
    /// <summary>The console's node in the store.</summary>
    internal string Node => Kind == ConsoleKind.Pv ? $"/local/domain/{Domid}/console" : $"/local/domain/{Domid}/vuart/0";

    /// <summary>The form in logs and file names: <c>3.pv</c>.</summary>
    public override string ToString() => $"{Domid}.{(Kind == ConsoleKind.Pv ? "pv" : "vuart")}";
}
