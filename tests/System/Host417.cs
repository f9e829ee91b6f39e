namespace SystemTests;

/// <summary>Debian 12's Xen.</summary>
public sealed class Host417() : XenHost("4.17");
