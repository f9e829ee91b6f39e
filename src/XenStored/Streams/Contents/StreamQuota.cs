namespace XenStored.Streams.Contents;

/// <summary>A quota as streams tell it.</summary>
/// <param name="Name">The name that GET_QUOTA has for it; a soft one begins with <c>soft-</c>. Printable ASCII without blanks.</param>
/// <param name="Value">The limit; 0 for none.</param>
readonly record struct StreamQuota(string Name, uint Value);
