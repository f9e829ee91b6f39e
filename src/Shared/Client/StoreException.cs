using Xen.Protocol.Wire;

namespace Xen.Client;

/// <summary>The store refused a request.</summary>
/// <param name="request">What was asked, as an administrator would say it: <c>read /local/domain/3/name</c>.</param>
/// <param name="error">Why, in the store's own word.</param>
public sealed class StoreException(string request, XsError error) : IOException($"the store refuses to {request}: {error}")
{
    /// <summary>Why, in the store's own word.</summary>
    public XsError Error { get; } = error;
}
