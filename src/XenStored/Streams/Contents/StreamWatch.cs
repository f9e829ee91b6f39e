namespace XenStored.Streams.Contents;

/// <summary>A watch of a connection. A reader has not checked the characters of the path.</summary>
/// <param name="Path">The path as the client gave it, without a NUL: absolute, relative or the name of a special watch.</param>
/// <param name="Token">The client's own name for it, without a NUL; may be empty.</param>
/// <param name="Depth">How many levels below the path are watched; null for all. At most 65534.</param>
sealed record StreamWatch(byte[] Path, byte[] Token, int? Depth = null);
