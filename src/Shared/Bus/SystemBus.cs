using Xen.Bus.Native;

namespace Xen.Bus;

/// <summary>The way to the bus of this system.</summary>
public static class SystemBus
{
    /// <summary>Connects to the bus; null where there is none, which is normal, with the reason.</summary>
    public static IBus? TryOpen(out string reason)
    {
        reason = "";
        if (!SdBus.IsThere)
        {
            reason = "neither libsystemd nor libelogind is there";
            return null;
        }
        try
        {
            return new SdBusConnection();
        }
        catch (BusException e)
        {
            reason = e.Message;
            return null;
        }
    }
}
