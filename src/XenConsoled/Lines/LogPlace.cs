namespace XenConsoled.Lines;

/// <summary>Where the next byte of a log stands.</summary>
enum LogPlace : byte
{
    /// <summary>Right after a line feed, or at the beginning of the log.</summary>
    LineStart,
    /// <summary>Within a line.</summary>
    Middle,
}
