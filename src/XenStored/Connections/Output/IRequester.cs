namespace XenStored.Connections.Output;

/// <summary>A client that counts its requests until they are over.</summary>
interface IRequester
{
    /// <summary>The reply to one of its requests, and all events that the request caused, were delivered or dropped.</summary>
    void RequestIsOver();
}
