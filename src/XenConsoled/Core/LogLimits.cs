namespace XenConsoled.Core;

/// <summary>How much logs may take.</summary>
/// <param name="FileSize">Bytes of a file before it is put away; 0: without limit.</param>
/// <param name="Generations">Files that were put away and are kept, for each log.</param>
/// <param name="Total">Bytes of all files of a folder together; 0: without limit.</param>
/// <param name="Compresses">Files that were put away are compressed.</param>
readonly record struct LogLimits(long FileSize, int Generations, long Total, bool Compresses);
