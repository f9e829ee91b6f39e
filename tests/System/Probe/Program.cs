using Probe;

// xenprobe WHAT: what the hypervisor library and the store client say on a real host, for tests/System to compare with Xen's own tools.
switch (args)
{
    case ["version"]:
        HypervisorProbe.Version();
        break;
    case ["physical"]:
        HypervisorProbe.Physical();
        break;
    case ["domains"]:
        HypervisorProbe.Domains();
        break;
    case ["status", var domid]:
        return HypervisorProbe.TryStatus(ushort.Parse(domid)) ? 0 : 1;
    case ["console"]:
        HypervisorProbe.ReadConsole();
        break;
    case ["grants", var domid]:
        HypervisorProbe.Grants(ushort.Parse(domid));
        break;
    case ["watchdog"]:
        HypervisorProbe.Watchdog();
        break;
    case ["page", var domid, var frame]:
        HypervisorProbe.Page(ushort.Parse(domid), ulong.Parse(frame));
        break;
    case ["introduce", var domid, var frame, var port]:
        await StoreProbe.IntroduceAsync(ushort.Parse(domid), ulong.Parse(frame), uint.Parse(port));
        break;
    case ["store", var door]:
        await StoreProbe.TryAsync(door);
        break;
    default:
        Console.Error.WriteLine("xenprobe version|physical|domains|status DOMID|console|grants DOMID|watchdog|page DOMID FRAME"
            + "|introduce DOMID FRAME PORT|store kernel|socket");
        return 2;
}
return 0;
