namespace XenConsoled.Core;

/// <summary>How bytes of a console become bytes of its log file.</summary>
/// <param name="HasTimestamps">Each line begins with a time.</param>
/// <param name="ReplacesEscape">ESC becomes a dot, so that looking at the file sends no terminal anything.</param>
readonly record struct LogFormat(bool HasTimestamps, bool ReplacesEscape);
