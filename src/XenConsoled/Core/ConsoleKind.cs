namespace XenConsoled.Core;

/// <summary>Which of a domain's consoles.</summary>
enum ConsoleKind : byte
{
    /// <summary>The console that every guest has.</summary>
    Pv,
    /// <summary>The emulated serial line of an Arm guest (SBSA UART).</summary>
    Vuart,
}
