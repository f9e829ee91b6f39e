using System.Text;
using Xen.Client;
using Xen.Hypervisor;
using Xen.Hypervisor.Choice;

// xenprobe WHAT: what the hypervisor library and the store client say on a real host, for tests/System to compare with Xen's own tools.
switch (args)
{
    case ["version"]:
        Console.WriteLine(Open().Host.Version);
        break;
    case ["physical"]:
        Check(Open().Host.Physical(out var physical));
        Console.WriteLine($"{physical.Cpus} {physical.TotalPages / 256} {physical.FreePages / 256}");
        break;
    case ["domains"]:
        var domains = new List<DomainInfo>();
        var hypervisor = Open();
        Check(hypervisor.Domains.List(domains));
        foreach (var domain in domains)
            Console.WriteLine($"{domain.Domid} {domain.Pages / 256} {domain.Vcpus} {(domain.IsPaused ? "paused" : "-")} {(domain.IsHvm ? "hvm" : "pv")} {domain.Handle} {(hypervisor.Domains.TryStatus(domain.Domid, out var state) ? state.State : "?")}");
        break;
    case ["status", var domid]:
        if (!Open().Domains.TryStatus(ushort.Parse(domid), out var status))
            return 1;
        Console.WriteLine(status.State);
        break;
    case ["console"]:
        var buffer = new byte[4096];
        uint position = 0;
        for (int count; (count = Check(Open().Host.ReadConsole(buffer, ref position, out _))) > 0;)
            Console.Write(Encoding.Latin1.GetString(buffer, 0, count));
        break;
    case ["grants", var domid]:
        Check(Open().Host.GrantTable(ushort.Parse(domid), out var size));
        Console.WriteLine($"{size.Frames} {size.MostFrames}");
        break;
    case ["watchdog"]:
        var timer = Open().WatchdogTimer;
        int first = Check(timer.Arm(0, 300)), second = Check(timer.Arm(0, 300));
        Console.WriteLine($"{first} {second} {timer.Arm(0, 300)} {timer.Arm(first, 300)} {timer.Disarm(first)} {timer.Disarm(second)} {timer.Disarm(second)}");
        break;
    case ["page", var domid, var frame]:
        // The same page by its frame number and, for the store's page, by the grant: xenstored has it mapped as well.
        var memory = Open().GuestMemory;
        using (var byFrame = memory.MapFrame(ushort.Parse(domid), ulong.Parse(frame), out int frameErrno))
        using (var byGrant = memory.MapStorePage(ushort.Parse(domid), out int grantErrno))
            Console.WriteLine(byFrame is null || byGrant is null ? $"errno {frameErrno} {grantErrno}" : byFrame.Bytes.SequenceEqual(byGrant.Bytes) ? "same" : "different");
        break;
    case ["introduce", var domid, var frame, var port]:
        await using (var client = StoreClient.Connect())
            await client.IntroduceAsync(ushort.Parse(domid), ulong.Parse(frame), uint.Parse(port));
        break;
    case ["store", var door]:
        await TryStore(door);
        break;
    default:
        Console.Error.WriteLine("xenprobe version|physical|domains|status DOMID|console|grants DOMID|watchdog|page DOMID FRAME|introduce DOMID FRAME PORT|store kernel|socket");
        return 2;
}
return 0;

static HypervisorInterface Open() => HypervisorChoice.Open("xen");

static int Check(int result) => result >= 0 ? result : throw new IOException($"errno {-result}");

static async Task TryStore(string door)
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
