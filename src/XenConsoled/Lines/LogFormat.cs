namespace XenConsoled.Lines;

/// <summary>How a console's bytes are formatted for its log file.</summary>
/// <param name="HasTimestamps">Each line begins with a time.</param>
/// <param name="ReplacesEscape">ESC becomes a dot, so that showing the file sends no escape sequences to a terminal.</param>
readonly record struct LogFormat(bool HasTimestamps, bool ReplacesEscape);
