namespace SystemTests;

/// <summary>
/// Each fact on each version of Xen. Those of the category Interfaces use every interface of the hypervisor's that the daemons know.
/// They are played on 4.14 in each run; the others are played there by `make test-xen XEN=4.14`. What is of ours alone, or starts many
/// guests (Once), is played on 4.17 in each run, and on another by `make test-xen XEN=4.20`.
/// </summary>
#pragma warning disable CA1707 // the names are read in reports
public static class Versions
{
    [Collection(Xen414.Name)] public sealed class Toolstack_on_Xen_4_14(Host414 host) : ToolstackFacts(host);
    [Collection(Xen414.Name)] public sealed class Guests_on_Xen_4_14(Host414 host) : GuestFacts(host);
    [Collection(Xen414.Name)] public sealed class Consoles_on_Xen_4_14(Host414 host) : ConsoleFacts(host);
    [Collection(Xen414.Name)] public sealed class Hostile_guests_on_Xen_4_14(Host414 host) : HostileFacts(host);
    [Collection(Xen414.Name)] public sealed class Leftovers_on_Xen_4_14(Host414 host) : LeftoverFacts(host);
    [Collection(Xen414.Name)] public sealed class Library_on_Xen_4_14(Host414 host) : LibraryFacts(host);
    [Collection(Xen414.Name)] public sealed class Domains_on_Xen_4_14(Host414 host) : DomainsFacts(host);
    [Collection(Xen414.Name)] public sealed class Watchdog_on_Xen_4_14(Host414 host) : WatchdogFacts(host);
    [Collection(Xen417.Name)] public sealed class Toolstack_on_Xen_4_17(Host417 host) : ToolstackFacts(host);
    [Collection(Xen420.Name)] public sealed class Toolstack_on_Xen_4_20(Host420 host) : ToolstackFacts(host);
    [Collection(Xen417.Name)] public sealed class Guests_on_Xen_4_17(Host417 host) : GuestFacts(host);
    [Collection(Xen420.Name)] public sealed class Guests_on_Xen_4_20(Host420 host) : GuestFacts(host);
    [Collection(Xen417.Name)] public sealed class Deaths_of_the_store_on_Xen_4_17(Host417 host) : StoreDeathFacts(host);
    [Collection(Xen420.Name)] public sealed class Deaths_of_the_store_on_Xen_4_20(Host420 host) : StoreDeathFacts(host);
    [Collection(Xen417.Name)] public sealed class Swaps_of_the_store_on_Xen_4_17(Host417 host) : StoreSwapFacts(host);
    [Collection(Xen420.Name)] public sealed class Swaps_of_the_store_on_Xen_4_20(Host420 host) : StoreSwapFacts(host);
    [Collection(Xen417.Name)] public sealed class Consoles_on_Xen_4_17(Host417 host) : ConsoleFacts(host);
    [Collection(Xen420.Name)] public sealed class Consoles_on_Xen_4_20(Host420 host) : ConsoleFacts(host);
    [Collection(Xen417.Name)] public sealed class Hostile_guests_on_Xen_4_17(Host417 host) : HostileFacts(host);
    [Collection(Xen420.Name)] public sealed class Hostile_guests_on_Xen_4_20(Host420 host) : HostileFacts(host);
    [Collection(Xen417.Name)] public sealed class Leftovers_on_Xen_4_17(Host417 host) : LeftoverFacts(host);
    [Collection(Xen420.Name)] public sealed class Leftovers_on_Xen_4_20(Host420 host) : LeftoverFacts(host);
    [Collection(Xen417.Name)] public sealed class Library_on_Xen_4_17(Host417 host) : LibraryFacts(host);
    [Collection(Xen420.Name)] public sealed class Library_on_Xen_4_20(Host420 host) : LibraryFacts(host);
    [Collection(Xen417.Name)] public sealed class Domains_on_Xen_4_17(Host417 host) : DomainsFacts(host);
    [Collection(Xen420.Name)] public sealed class Domains_on_Xen_4_20(Host420 host) : DomainsFacts(host);
    [Collection(Xen417.Name)] public sealed class Watchdog_on_Xen_4_17(Host417 host) : WatchdogFacts(host);
    [Collection(Xen420.Name)] public sealed class Watchdog_on_Xen_4_20(Host420 host) : WatchdogFacts(host);

    // Guests of other kinds: each on one version, for what they need of ours does not differ by version.
    [Collection(Xen417Kinds.Name)] public sealed class Device_models_on_Xen_4_17(KindsHost417 host) : DeviceModelFacts(host);
    [Collection(Xen417Kinds.Name)] public sealed class Boot_loaders_on_Xen_4_17(KindsHost417 host) : BootLoaderFacts(host);
    [Collection(Xen417.Name)] public sealed class Rebirths_on_Xen_4_17(Host417 host) : RebirthFacts(host);
    [Collection(Xen417.Name)] public sealed class Driver_domains_on_Xen_4_17(Host417 host) : DriverDomainFacts(host);
    public sealed class Kernels_on_Xen_4_17(KernelsHost417 host) : KernelFacts(host), IClassFixture<KernelsHost417>;
}
