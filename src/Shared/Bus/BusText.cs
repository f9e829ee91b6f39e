namespace Xen.Bus;

/// <summary>Text for the bus. The bus ends the connection of a sender whose string has a NUL in it.</summary>
public static class BusText
{
    /// <summary>The text, with U+FFFD for each NUL.</summary>
    public static string Of(string text) => text.Replace('\0', '\uFFFD');
}
