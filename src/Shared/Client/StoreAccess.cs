using Xen.Protocol.Permissions;

namespace Xen.Client;

/// <summary>What a domain may do with a node.</summary>
[Flags]
public enum StoreAccess
{
    /// <summary>Nothing (n).</summary>
    None = 0,
    /// <summary>Read it (r).</summary>
    Read = AccessLetter.Read,
    /// <summary>Write it (w).</summary>
    Write = AccessLetter.Write,
    /// <summary>Both (b).</summary>
    Both = Read | Write,
}
