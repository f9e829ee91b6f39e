using Xen.Client;

namespace Probe;

/// <summary>Prints what the store client says.</summary>
static class StoreProbe
{
    internal static async Task IntroduceAsync(ushort domid, ulong frame, uint port)
    {
        await using var client = StoreClient.Connect();
        await client.IntroduceAsync(domid, frame, port);
    }

    internal static async Task TryAsync(string door)
    {
        await using var client = door == "kernel" ? StoreClient.ConnectKernel() : StoreClient.Connect();
        await using var watch = await client.WatchAsync("/probe");
        Console.WriteLine(await watch.NextAsync());
        await client.TransactAsync(async transaction =>
        {
            await transaction.WriteAsync("/probe/a", "1");
            await transaction.WriteAsync("/probe/b", "2");
        });
        Console.WriteLine($"{await watch.NextAsync()} {await watch.NextAsync()}");
        await Task.WhenAll(Enumerable.Range(0, 600).Select(i => client.MakeAsync($"/probe/many/child-{i}")));
        Console.WriteLine((await client.ListAsync("/probe/many"))!.Count);
        await client.SetPermissionsAsync("/probe", new StorePermission(0, StoreAccess.None), new StorePermission(1, StoreAccess.Read));
        Console.WriteLine(string.Join(' ', (await client.GetPermissionsAsync("/probe"))!));
        try
        {
            await client.WriteAsync("/probe//bad", "1");
            await using var bad = await client.WatchAsync("/probe//bad");
        }
        catch (StoreException refused)
        {
            Console.WriteLine(refused.Error); // and the client goes on
        }
        await client.RemoveAsync("/probe");
        Console.WriteLine(await client.ReadTextAsync("/probe/a") ?? "gone");
    }
}
