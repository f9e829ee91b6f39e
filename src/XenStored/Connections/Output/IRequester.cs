namespace XenStored.Connections.Output;

/// <summary>Whose requests are counted until they are over.</summary>
interface IRequester
{
    /// <summary>The reply to a request of its, and all events that the request caused, were delivered or dropped.</summary>
    void RequestIsOver();
}
