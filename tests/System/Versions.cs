namespace SystemTests;

// Each fact on each version of Xen.
#pragma warning disable CA1707 // the names are read in reports

[Collection(Xen417.Name)] public sealed class Toolstack_on_Xen_4_17(Host417 host) : ToolstackFacts(host);
[Collection(Xen420.Name)] public sealed class Toolstack_on_Xen_4_20(Host420 host) : ToolstackFacts(host);
[Collection(Xen417.Name)] public sealed class Guests_on_Xen_4_17(Host417 host) : GuestFacts(host);
[Collection(Xen420.Name)] public sealed class Guests_on_Xen_4_20(Host420 host) : GuestFacts(host);
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
