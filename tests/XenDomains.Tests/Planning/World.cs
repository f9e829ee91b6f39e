using XenDomains.Configuration;
using XenDomains.Execution;
using XenDomains.Facts;
using XenDomains.Images;
using XenDomains.Planning.Steps;
using XenDomains.Toolstack;

namespace XenDomains.Tests.Planning;

/// <summary>
/// A host as far as guests go: domains, images, disks whose contents have a number that grows with every use. It plays the toolstack and
/// the save folder, fails when it is told to, lets xendomains be killed before or after any step, and cries out when a rule is broken.
/// </summary>
sealed class World : IToolstack, ISaveFolder, IDomainsHost
{
    internal sealed class Guest
    {
        internal required GuestConfig Config { get; init; }
        internal bool IsAuto { get; init; } = true;
        internal int DiskUses { get; set; }
        internal bool IsSuspended { get; set; }

        /// <summary>Its domain is there, paused, and xl died before it was whole.</summary>
        internal bool IsHalf { get; set; }
        internal int Domid { get; set; }
        internal bool Runs => Domid != 0;

        /// <summary>The image that its domain was restored from, as its xl shows it.</summary>
        internal string? RestoredFrom { get; set; }
    }

    readonly Random random;
    readonly Lock gate = new();
    readonly WorldImages images;
    readonly HashSet<int> asked = [];
    // Guests that xl could not ask. They go on, and that does not spare the guests that they need.
    readonly HashSet<string> refused = new(StringComparer.Ordinal);
    DateTime now = DateTime.UnixEpoch;
    int lastDomid;

    internal World(Random random)
    {
        this.random = random;
        images = new(Rule, name => Guests[name] is { Runs: true, IsHalf: false, IsSuspended: false }, name => Discards.Contains(name));
    }

    internal Dictionary<string, Guest> Guests { get; } = new(StringComparer.Ordinal);

    /// <summary>The first rule that was broken.</summary>
    internal string? Broken { get; private set; }

    /// <summary>How many steps xendomains lives on; null: it is not killed.</summary>
    internal int? Fuse { get; set; }

    /// <summary>How often a command of xl fails, from 0 to 1.</summary>
    internal double Failures { get; set; }

    internal bool StopsNow
    {
        get;
        set
        {
            refused.Clear();
            field = value;
        }
    }

    internal IReadOnlySet<string> Discards { get; set; } = new HashSet<string>();

    internal IEnumerable<string> Running => Guests.Values.Where(guest => guest.Runs).Select(guest => guest.Config.Name!);

    /// <summary>Power fails: every domain is gone, and what was being written is half.</summary>
    internal void LosePower()
    {
        foreach (var guest in Guests.Values)
            (guest.Domid, guest.IsSuspended, guest.IsHalf) = (0, false, false);
    }

    /// <summary>The administrator starts a guest by hand, whatever images there are.</summary>
    internal void StartByHand(string name)
    {
        if (!Guests[name].Runs)
            Boot(Guests[name]);
    }

    /// <summary>Somebody else saves a guest into the folder, as upstream's script does.</summary>
    internal void SaveByHand(string name)
    {
        if (Guests[name] is not { Runs: true, IsHalf: false, IsSuspended: false } guest)
            return;
        images.Add(new(name, guest.DiskUses, true) { Place = ImagePlace.Saved, File = $"Saved/{name} of domain {guest.Domid}" });
        guest.Domid = 0;
    }

    internal HostFacts Facts(DomainsConfig config)
    {
        lock (gate)
            return new(config, [.. Guests.Values.Where(guest => guest.IsAuto).Select(guest => guest.Config)], [], Domains(), Watched(),
                new HashSet<string>(), Listed())
            { RestoredFrom = Sources() };
    }

    /// <summary>A step of xendomains: it may be killed before it or after it.</summary>
    T Step<T>(Func<T> effect)
    {
        lock (gate)
        {
            Burn();
            var result = effect();
            Burn();
            return result;
        }
    }

    void Burn()
    {
        if (Fuse is <= 0)
            throw new KilledException();
        if (Fuse is not null)
            Fuse--;
    }

    bool Fails() => random.NextDouble() < Failures;

    void Rule(bool holds, string rule)
    {
        if (!holds)
            Broken ??= rule;
    }

    void Boot(Guest guest)
    {
        (guest.Domid, guest.RestoredFrom) = (++lastDomid, null);
        guest.DiskUses++;
    }

    List<XlDomain> Domains() =>
        [.. Guests.Values.Where(guest => guest.Runs)
            .Select(guest => new XlDomain(guest.Domid, guest.Config.Name!, "uuid-" + guest.Config.Name, StateOf(guest), 64))];

    static XlDomainState StateOf(Guest guest) =>
        guest.IsSuspended ? XlDomainState.Suspended : guest.IsHalf ? XlDomainState.Paused : XlDomainState.Running;

    HashSet<string> Watched() =>
        [.. Guests.Values.Where(guest => guest is { Runs: true, IsHalf: false, IsSuspended: false }).Select(guest => guest.Config.Name!)];

    List<SavedImage> Listed() =>
        [.. images.All.Select(image => new SavedImage(image.Name, image.File, image.Place, image.IsWhole ? null : "it is cut off",
            Verdict(image), "disk", now, 64 << 20))];

    HashSet<string> Sources() =>
        [.. from guest in Guests.Values
            where guest is { Runs: true, IsHalf: false, IsSuspended: false, RestoredFrom: not null }
            select guest.RestoredFrom];

    // Of half the guests' disks an unchanged one cannot be told from one that may have changed.
    DiskVerdict Verdict(WorldImages.Image image) =>
        image.DiskUses != Guests[image.Name].DiskUses ? DiskVerdict.Changed
            : image.Name[1] % 2 == 0 ? DiskVerdict.Unknown : DiskVerdict.Unchanged;

    // The toolstack.

    public Task<IReadOnlyList<XlDomain>> ListAsync() => Task.FromResult<IReadOnlyList<XlDomain>>(Step(Domains));

    public Task<IReadOnlyList<XlDomain>> WithDevicesAsync(IReadOnlyList<XlDomain> domains) => Task.FromResult(domains);

    public (IReadOnlySet<string> Watched, IReadOnlySet<string> BeingSaved) Monitors()
    {
        lock (gate)
            return (Watched(), new HashSet<string>());
    }

    public IReadOnlySet<string> RestoredFrom()
    {
        lock (gate)
            return Sources();
    }

    public Task<long?> MemoryAsync() => throw new NotSupportedException();

    public Task<(GuestSetup? Setup, string? Fault)> ReadAsync(string file) => throw new NotSupportedException();

    public Task<ToolstackOutcome> CreateAsync(string name, string file, TimeSpan? within) => Task.FromResult(Step(() =>
    {
        var guest = Guests[name];
        Rule(!guest.Runs, $"{name} is started twice");
        Rule(!images.All.Any(image => image.Name == name && image.Place is not ImagePlace.Stale
            && (image.IsWhole || image.Place != ImagePlace.Saving)), $"{name} is started over its image");
        HasWhatItNeeds(guest);
        if (Fails())
            return new ToolstackOutcome("no memory");
        Boot(guest);
        return ToolstackOutcome.Done;
    }));

    public Task<ToolstackOutcome> RestoreAsync(string name, string image, TimeSpan? within) => Task.FromResult(Step(() =>
    {
        var guest = Guests[name];
        Rule(!guest.Runs, $"{name} is restored while it runs");
        var from = images.Of(image);
        Rule(from.Place == ImagePlace.Restoring && from.Name == name, $"{name} is restored from {image}");
        Rule(from.IsWhole, $"{name} is restored from half an image");
        Rule(from.DiskUses == guest.DiskUses, $"{name} is restored over disks that were used since");
        Rule(!from.WasRestored, $"{name} is restored twice");
        HasWhatItNeeds(guest);
        if (Fails())
        {
            // xl died, with xendomains or without it, before the guest ran.
            if (random.Next(2) == 0)
                (guest.Domid, guest.IsHalf) = (++lastDomid, true);
            return new ToolstackOutcome("no memory");
        }
        if (Fuse is <= 1 && random.Next(2) == 0)
        {
            (guest.Domid, guest.IsHalf, Fuse) = (++lastDomid, true, 0);
            throw new KilledException();
        }
        from.WasRestored = true;
        Boot(guest);
        guest.RestoredFrom = random.Next(4) == 0 ? null : image; // its xl may have died since
        return ToolstackOutcome.Done;
    }));

    public Task<ToolstackOutcome> SaveAsync(XlDomain domain, string image, TimeSpan? within) => Task.FromResult(Step(() =>
    {
        var guest = Guests[domain.Name];
        MayEnd(guest);
        if (Fails())
        {
            if (random.Next(2) == 0)
                Write(false);
            return new ToolstackOutcome("no room");
        }
        // xl died alone.
        if (random.NextDouble() < Failures && random.Next(3) is > 0 and var left)
        {
            Write(left == 1);
            guest.IsSuspended = true;
            return new ToolstackOutcome("xl ended");
        }
        // Killed in its middle, xl leaves the domain suspended, with half an image or a whole one.
        if (Fuse is <= 1 && random.Next(3) is > 0 and var how)
        {
            Write(how == 1);
            guest.IsSuspended = true;
            Fuse = 0;
            throw new KilledException();
        }
        Write(true);
        guest.Domid = 0;
        return ToolstackOutcome.Done;

        void Write(bool isWhole) =>
            images.Add(new(domain.Name, guest.DiskUses, isWhole) { Place = ImagePlace.Saving, File = image });
    }));

    public Task<ToolstackOutcome> ShutdownAsync(XlDomain domain, TimeSpan? within) => Task.FromResult(Step(() =>
    {
        MayEnd(Guests[domain.Name]);
        if (Fails())
        {
            refused.Add(domain.Name);
            return new ToolstackOutcome("xl does not work");
        }
        asked.Add(domain.Id);
        if (!Fails() && Guests[domain.Name] is { IsSuspended: false, IsHalf: false } guest)
            guest.Domid = 0;
        return ToolstackOutcome.Done; // a guest may ignore what it is asked, and what cannot run does
    }));

    public Task<ToolstackOutcome> MigrateAsync(XlDomain domain, IReadOnlyList<string> words, TimeSpan? within) =>
        throw new NotSupportedException();

    public Task<ToolstackOutcome> SysRqAsync(XlDomain domain, char letter, TimeSpan? within) => Task.FromResult(ToolstackOutcome.Done);

    public Task<ToolstackOutcome> DestroyAsync(XlDomain domain, TimeSpan? within) => Task.FromResult(Step(() =>
    {
        var guest = Guests[domain.Name];
        Rule(!StopsNow || asked.Contains(domain.Id) || guest.Domid != domain.Id || guest.IsSuspended || guest.IsHalf,
            $"{domain.Name} is destroyed, and was never asked to shut down");
        if (guest.Domid == domain.Id)
            (guest.Domid, guest.IsSuspended, guest.IsHalf) = (0, false, false);
        return ToolstackOutcome.Done;
    }));

    public Task ChangedAsync(TimeSpan atMost)
    {
        lock (gate)
            now += atMost;
        return Task.CompletedTask;
    }

    void HasWhatItNeeds(Guest guest)
    {
        foreach (string other in guest.Config.Annotations.Requires.Concat(guest.Config.Backends))
            Rule(!Guests.TryGetValue(other, out var needed) || needed.Runs, $"{guest.Config.Name} is started before {other}");
    }

    void MayEnd(Guest guest)
    {
        if (StopsNow)
            foreach (var other in Guests.Values.Where(other =>
                other.Runs && other.IsAuto && !other.IsSuspended && !refused.Contains(other.Config.Name!)))
                Rule(!other.Config.Annotations.Requires.Concat(other.Config.Backends).Contains(guest.Config.Name!),
                    $"{guest.Config.Name} is stopped before {other.Config.Name}, which needs it");
    }

    // The save folder.

    public IReadOnlyList<SavedImage> Images(bool looksAtDisks = true) => Step(Listed);

    public SavedImage? Again(SavedImage image) => Step(() => Listed().Find(one => one.File == image.File));

    public string Begin(string name, long bytes, out string? refused)
    {
        refused = Fails() ? "no room" : null;
        return Step(() => images.Begin(name));
    }

    public void End(string file)
    {
    }

    public string? Finish(string name, string file) => Step(() => images.Finish(name, file));

    public void Drop(string file) => Step(() => images.Drop(file));

    public string BeginRestore(SavedImage image) => Step(() => images.BeginRestore(image.File));

    public void Move(SavedImage image, ImageMove move) => Step(() =>
        Fails() ? throw new IOException("the disk fails") : images.Move(image.File, move));

    // The host.

    public string? Missing(GuestConfig config) => null;

    public string? Awaited(GuestConfig config) => null;

    public IReadOnlyList<string> Problems(GuestConfig config) => [];

    public Task<bool> IsReadyAsync(XlDomain domain, ReadyRule readiness) => Task.FromResult(true);

    /// <summary>How much time passes between two looks at the clock.</summary>
    internal TimeSpan Haste { get; init; }

    public DateTime Now { get { lock (gate) return now += Haste; } }

    public Task PauseAsync(TimeSpan time, CancellationToken cancellation)
    {
        lock (gate)
            now += time;
        return Task.CompletedTask;
    }
}
