using Xen.Client;

namespace XenWatchdog.Checks;

/// <summary>What the kernel asks the store over their ring is answered, on one connection that stays.</summary>
sealed class StoreRingCheck : ICheck
{
    StoreClient? client;

    public string? Look()
    {
        client ??= StoreClient.ConnectKernel();
        try
        {
            client.ReadAsync("/").GetAwaiter().GetResult();
            return null;
        }
        catch (IOException)
        {
            _ = client.DisposeAsync().AsTask();
            client = null;
            throw;
        }
    }
}
