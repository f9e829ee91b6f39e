namespace XenConsoled.Core;

/// <summary>Where the next byte stands: at the beginning of a line at first.</summary>
enum LogPlace : byte
{
    /// <summary>Right after a line feed, or nowhere yet.</summary>
    LineStart,
    /// <summary>Within a line.</summary>
    Middle,
}
