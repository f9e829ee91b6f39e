namespace XenDomains.Facts;

/// <summary>Whether the host goes down: who is left running then is cut off.</summary>
enum HostEnd { Unknown, StaysUp, GoesDown }
