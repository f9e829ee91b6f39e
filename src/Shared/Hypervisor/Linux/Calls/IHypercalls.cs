namespace Xen.Hypervisor.Linux.Calls;

/// <summary>Makes hypercalls.</summary>
interface IHypercalls
{
    /// <summary>The most bytes that a <see cref="Hypercall.Buffer"/> may have.</summary>
    int MostOfBuffer { get; }

    /// <summary>Makes a hypercall. Returns its result, or minus the errno that the hypervisor gave.</summary>
    long Call(Hypercall call);
}
