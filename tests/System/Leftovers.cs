namespace SystemTests;

/// <summary>All that a guest could leave in the store and in the daemons.</summary>
/// <param name="Nodes">The paths of the store, a line each.</param>
/// <param name="Watches">Watches of all clients.</param>
/// <param name="Domains">Domains that the store knows.</param>
/// <param name="Ports">Event channels of dom0.</param>
/// <param name="Mappings">Mappings of the daemon.</param>
/// <param name="Descriptors">Open descriptors of the daemon.</param>
/// <param name="ConsoleDescriptors">Open descriptors of the console daemon.</param>
/// <param name="ConsoleMemory">Files of consoles' memory.</param>
public sealed record Leftovers(
    string Nodes, string Watches, string Domains, string Ports, string Mappings, string Descriptors,
    string ConsoleDescriptors, string ConsoleMemory)
{
    /// <summary>Counts them before a test; what the first guest of all makes and keeps is there by then. Leaves /root/idle.cfg.</summary>
    public static Leftovers Baseline(XenHost host)
    {
        host.Run("cat >/root/idle.cfg <<'END'\nname = \"idle\"\ntype = \"pvh\"\nkernel = \"/guest/hostile\"\nextra = \"idle\"\n"
            + "memory = 16\nshadow_memory = 4\nvcpus = 1\nEND\n"
            + "xl create /root/idle.cfg && xl destroy idle").Ok();
        return Of(host);
    }

    /// <summary>Counts them.</summary>
    public static Leftovers Of(XenHost host)
    {
        string[] lines = host.Run("""
            # A console stays some seconds after its guest, until its last words are read.
            for try in $(seq 50); do [ $(ls /run/xenconsoled | grep -c '\.pv$') = $(($(xl list | wc -l) - 2)) ] && break; sleep 0.2; done
            pid=$(cat /run/xen/xenstored.pid)
            xenstore-control status json | grep -o '"watches": *[0-9]*' | head -1
            xenstore-control status json | grep -o '"domains": *[0-9]*' | head -1
            lsevtchn 0 | wc -l
            grep -c 'gntdev\|xen' /proc/$pid/maps
            ls /proc/$pid/fd | wc -l
            ls /proc/$(cat /run/xen/xenconsoled.kept)/fd | wc -l
            ls /run/xenconsoled | wc -l
            xenstore-ls -f | sed 's/ = .*//'
            """).Lines();
        return new(string.Join('\n', lines.Skip(7)), lines[0], lines[1], lines[2], lines[3], lines[4], lines[5], lines[6]);
    }

    /// <summary>Waits until there is no more than before, for the host takes some time to bury a domain.</summary>
    public static void AssertNone(XenHost host, Leftovers before)
    {
        var after = Of(host);
        for (int i = 0; i < 20 && after != before; i++)
        {
            host.Run("sleep 0.5");
            after = Of(host);
        }
        Assert.Equal(before with { Nodes = "" }, after with { Nodes = "" });
        Assert.Empty(after.Nodes.Split('\n').Except(before.Nodes.Split('\n')));
    }
}
