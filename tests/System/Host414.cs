namespace SystemTests;

/// <summary>Debian 11's Xen.</summary>
public sealed class Host414() : XenHost("4.14");
