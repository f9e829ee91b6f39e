using Xen.Protocol.Wire;

namespace Xen.Client;

/// <summary>The store refused a request.</summary>
/// <param name="request">The request, as an administrator would name it: <c>read /local/domain/3/name</c>.</param>
/// <param name="error">The store's reason.</param>
public sealed class StoreException(string request, XsError error) : IOException($"the store refuses to {request}: {error}")
{
    /// <summary>The store's reason.</summary>
    public XsError Error { get; } = error;
}
