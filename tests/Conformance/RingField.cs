namespace Xen.Conformance;

/// <summary>The words of the ring page behind the two rings (xs_wire.h); the values are their offsets.</summary>
enum RingField
{
    ReqCons = 2048,
    ReqProd = 2052,
    RspCons = 2056,
    RspProd = 2060,
    Features = 2064,
    Connection = 2068,
    Error = 2072,
}
