namespace Xen.Hypervisor.Answers;

/// <summary>Whether a domain exists and runs.</summary>
[Flags]
public enum DomainState
{
    /// <summary>There is no such domain.</summary>
    None = 0,
    /// <summary>It exists.</summary>
    Exists = 1,
    /// <summary>It stopped running: shut down, crashed or suspended.</summary>
    ShutDown = 2,
    /// <summary>It is being destroyed and will never run again.</summary>
    Dying = 4,
}
