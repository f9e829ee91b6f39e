namespace XenDomains.Configuration;

/// <summary>The ways to stop a guest, in the order in which an administrator lists them.</summary>
enum StopWay { SysRq, Migrate, Save, Shutdown, Destroy }
