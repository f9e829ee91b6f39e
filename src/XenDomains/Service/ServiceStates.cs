namespace XenDomains.Service;

/// <summary>Values of the property State on the bus: what the service does with all guests.</summary>
static class ServiceStates
{
    internal const string Starting = "starting", Running = "running", Stopping = "stopping", Stopped = "stopped";
}
