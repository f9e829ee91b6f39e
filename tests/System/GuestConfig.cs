namespace SystemTests;

/// <summary>How a guest is made: what differs between the tests' guests.</summary>
/// <param name="Name">Its name.</param>
public sealed record GuestConfig(string Name)
{
    /// <summary>A PVH guest; else a PV guest.</summary>
    public bool IsPvh { get; init; }

    /// <summary>File of its kernel in dom0.</summary>
    public string Kernel { get; init; } = "/guest/vmlinux";

    /// <summary>File of its initramfs in dom0; by default one that takes commands, if the kernel is Linux.</summary>
    public string? Ramdisk { get; init; }

    /// <summary>Its kernel's command line.</summary>
    public string CommandLine { get; init; } = "console=hvc0 quiet";

    /// <summary>MiB.</summary>
    public int Memory { get; init; } = 96;

    /// <summary>Further lines of the configuration.</summary>
    public string More { get; init; } = "";

    internal string Text => $"""
        name = "{Name}"
        type = "{(IsPvh ? "pvh" : "pv")}"
        kernel = "{Kernel}"
        {((Ramdisk ?? (Kernel == "/guest/vmlinux" ? "/guest/initrd" : null)) is { } ramdisk ? $"ramdisk = \"{ramdisk}\"" : "")}
        extra = "{CommandLine}"
        memory = {Memory}
        vcpus = 1
        {(IsPvh ? "tsc_mode = \"native\"" : "")}
        on_crash = "destroy"
        {More}
        """;
}
