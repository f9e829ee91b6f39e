using Xen.Hypervisor.Answers;

namespace Xen.Conformance;

enum DomainState
{
    Lives,
    ShutDown,
    Dead,
}
