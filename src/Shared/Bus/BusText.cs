namespace Xen.Bus;

/// <summary>Text for the bus, which ends the connection of whoever sends a string with a NUL in it.</summary>
public static class BusText
{
    /// <summary>The text, with U+FFFD for each NUL.</summary>
    public static string Of(string text) => text.Replace('\0', '\uFFFD');
}
