namespace SystemTests;

/// <summary>Debian's own tools on our store, without a guest.</summary>
public abstract class ToolstackFacts(XenHost host)
{
    /// <summary>What xen-init-dom0 writes is there.</summary>
    [Fact, Trait("Category", "Interfaces")]
    public void Xen_init_dom0_has_set_dom0_up()
    {
        Assert.Equal("Domain-0", host.Run("xenstore-read /local/domain/0/name").Ok());
        Assert.Equal("0", host.Run("xenstore-read /local/domain/0/domid").Ok());
        if (host.Version != "4.14") // whose own does not write it
            Assert.Equal("Pool-0", host.Run("xenstore-read /local/pool/0/name").Ok());
    }

    [Fact, Trait("Category", "Interfaces")]
    public void Our_own_init_dom0_sets_dom0_up_as_well()
    {
        host.Run("xenstore-rm /local/domain/0/name && xencommons init-dom0").Ok();
        Assert.Equal("Domain-0", host.Run("xenstore-read /local/domain/0/name").Ok());
        Assert.Equal("Pool-0", host.Run("xenstore-read /local/pool/0/name").Ok());
        Assert.Contains(host.Run("xl list").Lines(), line => line.StartsWith("Domain-0 ", StringComparison.Ordinal));
    }

    [Fact, Trait("Category", "Interfaces")]
    public void The_only_xenstored_is_ours()
    {
        Assert.StartsWith("xenstored ", host.Run("xenstored --version").Ok(), StringComparison.Ordinal);
        Assert.Equal("/usr/sbin/xenstored", host.Run("readlink /proc/$(cat /run/xen/xenstored.pid)/exe").Ok());
        Assert.Equal("2", host.Run("pgrep -x xenstored | wc -l").Ok()); // the store and its keeper
        Assert.Contains("hypervisor Xen " + host.Version, host.Run("xenstore-control status").Ok(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_xenstored_leaves_the_first_alone()
    {
        host.Run("xenstore-write /test/first yes").Ok();
        Assert.Equal(0, host.Run("xenstored --pid-file /run/xen/xenstored.pid").Status); // as the C daemon has it
        var other = host.Run("XENSTORED_PATH=/tmp/other xenstored --pid-file /tmp/other.pid");
        Assert.Equal(1, other.Status);
        Assert.Contains("VIRQ_DOM_EXC: File exists: another xenstored runs", other.Text, StringComparison.Ordinal);
        Assert.Equal("yes", host.Run("xenstore-read /test/first; xenstore-rm /test").Ok());
    }

    [Fact, Trait("Category", "Interfaces")]
    public void Xl_info_and_xl_list_know_the_host()
    {
        Assert.Contains(host.Run("xl info").Lines(), line =>
            line.StartsWith("xen_version", StringComparison.Ordinal) && line.Contains(host.Version, StringComparison.Ordinal));
        Assert.Contains(host.Run("xl list").Lines(), line => line.StartsWith("Domain-0 ", StringComparison.Ordinal));
    }

    [Fact, Trait("Category", "Interfaces")]
    public void Dom0s_kernel_talks_to_it_over_its_own_ring()
    {
        // The kernel writes what it can do when the store comes up; a client without the socket goes through the kernel.
        Assert.NotEmpty(host.Run("xenstore-ls /local/domain/0/control").Lines());
        host.Run("XENSTORED_PATH=/dev/xen/xenbus xenstore-write /test/kernel 'through the kernel'").Ok();
        Assert.Equal("through the kernel", host.Run("xenstore-read /test/kernel").Ok());
        string big = host.Run("head -c 1500 /dev/zero | tr '\\0' x >/tmp/big;"
            + " XENSTORED_PATH=/dev/xen/xenbus xenstore-write /test/big \"$(cat /tmp/big)\";"
            + " XENSTORED_PATH=/dev/xen/xenbus xenstore-read /test/big").Ok();
        Assert.Equal(1500, big.Length);
        host.Run("XENSTORED_PATH=/dev/xen/xenbus xenstore-rm /test").Ok();
    }

    [Fact]
    public void Xenstore_watch_hears_a_write()
    {
        string[] heard = host.Run("xenstore-watch -n 2 /test/watched >/tmp/heard & sleep 1; xenstore-write /test/watched/x 1;"
            + " wait $!; cat /tmp/heard; xenstore-rm /test").Lines();
        Assert.Equal(["/test/watched", "/test/watched/x"], heard);
    }

    [Fact]
    public void Xenstore_control_is_answered()
    {
        Assert.Contains("memreport", host.Run("xenstore-control help").Ok(), StringComparison.Ordinal);
        Assert.Contains("nodes", host.Run("xenstore-control quota").Ok(), StringComparison.Ordinal);
        Assert.Equal("OK", host.Run("xenstore-control check").Ok());
        Assert.Equal("OK", host.Run("xenstore-control logfile /tmp/trace && xenstore-control log on && xenstore-exists /"
            + " && xenstore-control log off && grep -q 'IN.*READ\\|IN.*DIRECTORY' /tmp/trace && echo OK").Lines()[^1]);
        Assert.NotEqual(0, host.Run("xenstore-control nonsense").Status);
    }

    [Fact]
    public void The_whole_tree_is_listed_with_its_permissions() =>
        Assert.Contains(host.Run("xenstore-ls -p /local/domain/0").Lines(), line =>
            line.StartsWith("name = \"Domain-0\"", StringComparison.Ordinal) && line.EndsWith("(n0)", StringComparison.Ordinal));
}
