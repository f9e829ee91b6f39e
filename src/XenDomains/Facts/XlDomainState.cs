namespace XenDomains.Facts;

/// <summary>What a domain does now.</summary>
enum XlDomainState { Running, Paused, Suspended, ShutDown, Crashed, Dying }
