namespace SystemTests;

/// <summary>Debian 13's Xen.</summary>
public sealed class Host420() : XenHost("4.20");
