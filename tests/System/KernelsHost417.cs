namespace SystemTests;

/// <summary>Debian 12's Xen, with guests of other Debians.</summary>
public sealed class KernelsHost417() : XenHost("4.17", "kernels");
