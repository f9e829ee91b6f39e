namespace Xen.Conformance;

enum DomainState
{
    Lives,
    ShutDown,
    Dead,
}
