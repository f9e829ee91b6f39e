namespace XenConsoled.Core;

/// <summary>How much space logs may take.</summary>
/// <param name="FileSize">Bytes of a file before it is rotated; 0: without limit.</param>
/// <param name="Generations">How many rotated files of each log are kept.</param>
/// <param name="Total">Bytes of all files of a folder together; 0: without limit.</param>
/// <param name="Compresses">Rotated files are compressed.</param>
readonly record struct LogLimits(long FileSize, int Generations, long Total, bool Compresses);
