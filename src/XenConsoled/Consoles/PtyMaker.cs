using Xen.Linux.Terminals;

namespace XenConsoled.Consoles;

/// <summary>Makes a pty; null and the errno on failure.</summary>
delegate Pty? PtyMaker(out int errno);
