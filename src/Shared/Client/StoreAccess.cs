namespace Xen.Client;

/// <summary>What a domain may do with a node.</summary>
[Flags]
public enum StoreAccess
{
    /// <summary>Nothing (n).</summary>
    None = 0,
    /// <summary>Read it (r).</summary>
    Read = 1,
    /// <summary>Write it (w).</summary>
    Write = 2,
    /// <summary>Both (b).</summary>
    Both = Read | Write,
}
