using Xen.Linux;

namespace Xen.Hypervisor;

/// <summary>
/// The kernel of this guest lets no program make hypercalls. Linux behaves so since XSA-482 (CVE-2026-31788) in every domain but dom0,
/// unless it was booted with <c>xen_privcmd.unrestricted=1</c>. Device models still have a call of their own. This exception is never
/// thrown in dom0: there the same answer is a fault.
/// </summary>
/// <param name="call">The call that was refused, as an administrator would name it.</param>
public sealed class HypercallsRefusedException(string call)
    : PosixException(call, Xen.Linux.Errno.EPERM,
        "the kernel of this guest lets no program make hypercalls (XSA-482), unless it is booted with xen_privcmd.unrestricted=1");
