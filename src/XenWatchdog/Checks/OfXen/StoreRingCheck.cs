using Xen.Client;

namespace XenWatchdog.Checks.OfXen;

/// <summary>The store answers requests of the kernel over their ring. One connection is used all the time.</summary>
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
