using Xen.Linux.Terminals;

namespace XenConsoled.Consoles;

/// <summary>Makes a pty; null and the errno if there is none to be had.</summary>
delegate Pty? PtyMaker(out int errno);
