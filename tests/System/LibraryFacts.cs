namespace SystemTests;

/// <summary>The hypervisor library and the store client on a real host, beside what Xen's own tools say.</summary>
public abstract class LibraryFacts(XenHost host)
{
    [Fact, Trait("Category", "Interfaces")]
    public void The_version_and_the_machine_are_as_xl_info_has_them()
    {
        string Info(string name) => host.Run($"xl info | sed -n 's/^{name} *: //p'").Ok();
        Assert.Equal($"{Info("xen_major")}.{Info("xen_minor")}{Info("xen_extra")}", host.Run("xenprobe version").Ok());
        string[] physical = host.Run("xenprobe physical").Ok().Split(' ');
        Assert.Equal((Info("nr_cpus"), Info("total_memory"), Info("free_memory")), (physical[0], physical[1], physical[2]));
    }

    [Fact, Trait("Category", "Interfaces")]
    public void Domains_are_as_xl_list_has_them()
    {
        using var guest = Guest.Create(host, new("listed")
        {
            IsPvh = true,
            Kernel = "/guest/hostile",
            CommandLine = "idle",
            Memory = 16,
            More = "shadow_memory = 4\nuuid = \"8f0e2f3c-6a55-4a3e-9d0b-0f1e2d3c4b5a\"",
        });
        host.Run("xl pause listed").Ok();
        string[] lines = host.Run("xenprobe domains").Lines();
        Assert.StartsWith("0 1280 2 - pv ", lines[0], StringComparison.Ordinal);
        Assert.Equal($"{guest.Domid} 16 1 paused hvm 8f0e2f3c-6a55-4a3e-9d0b-0f1e2d3c4b5a Exists", lines[^1]);
        // A guest of another test may be dying yet: xl shows it, too.
        Assert.True(host.Run("xl list").Lines().Length - 1 == lines.Length, string.Join('\n', lines) + host.State());
        Assert.Equal("None", host.Run($"xenprobe status {guest.Domid + 1}").Ok());
        Assert.Equal("None", host.Run("xenprobe status 1000").Ok());
    }

    [Fact, Trait("Category", "Interfaces")]
    public void A_guests_page_is_mapped_by_its_frame_and_by_its_grant()
    {
        using var guest = Guest.Boot(host, new("mapped"));
        Assert.Equal("same", host.Run($"xenprobe page {guest.Domid} $(xenstore-read {guest.Home}/store/ring-ref)").Ok());
        Assert.Matches("^errno [1-9][0-9]* [1-9][0-9]*$", host.Run("xenprobe page 1000 5").Ok());
        Assert.Matches("^[1-9][0-9]* 64$", host.Run($"xenprobe grants {guest.Domid}").Ok());
        Assert.NotEqual(0, host.Run("xenprobe grants 1000").Status);
    }

    [Fact, Trait("Category", "Interfaces")]
    public void A_guest_may_be_introduced_again_with_the_port_that_it_has()
    {
        using var guest = Guest.Boot(host, new("again"));
        host.Run($"xenprobe introduce {guest.Domid}"
            + $" $(xenstore-read {guest.Home}/store/ring-ref) $(xenstore-read {guest.Home}/store/port)").Ok();
    }

    [Fact, Trait("Category", "Interfaces")]
    public void The_hypervisors_console_ring_is_read_and_left()
    {
        string ours = host.Run("xenprobe console").Ok();
        Assert.Contains("(XEN) ", ours, StringComparison.Ordinal);
        Assert.Equal(host.Run("xl dmesg").Ok(), ours);
    }

    [Fact, Trait("Category", "Interfaces")]
    public void Both_watchdog_timers_are_taken_wound_up_and_given_back() =>
        Assert.Equal("1 2 -28 1 0 0 -22", host.Run("xenprobe watchdog").Ok());

    [Theory]
    [InlineData("socket")]
    [InlineData("kernel")]
    public void The_store_client_works_over_the_socket_and_through_the_kernel(string door) =>
        Assert.Equal(["/probe", "/probe/a /probe/b", "600", "n0 r1", "EINVAL", "gone"], host.Run($"xenprobe store {door}", 120).Lines());
}
