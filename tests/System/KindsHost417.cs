namespace SystemTests;

/// <summary>Debian 12's Xen, with a device model and boot loaders in dom0.</summary>
public sealed class KindsHost417() : XenHost("4.17", "kinds");
