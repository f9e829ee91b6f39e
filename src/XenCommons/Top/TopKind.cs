namespace XenCommons.Top;

/// <summary>What is shown.</summary>
enum TopKind { Domains, Clients }
