namespace XenDomains.Planning;

/// <summary>What a domain does now.</summary>
enum DomainState { Running, Paused, Suspended, ShutDown, Crashed, Dying }
