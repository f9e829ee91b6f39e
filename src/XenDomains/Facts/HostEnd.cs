namespace XenDomains.Facts;

/// <summary>Whether the host goes down. Guests that still run then are cut off.</summary>
enum HostEnd { Unknown, StaysUp, GoesDown }
