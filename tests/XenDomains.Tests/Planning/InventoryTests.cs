using XenDomains.Configuration;
using XenDomains.Execution;
using XenDomains.Facts;
using XenDomains.Images;
using XenDomains.Planning;
using XenDomains.Tests.Images;
using XenDomains.Toolstack;

namespace XenDomains.Tests.Planning;

/// <summary>The facts of a plan.</summary>
public sealed class InventoryTests
{
    /// <summary>An xl that an earlier xendomains left restores an image; the guest is paused meanwhile.</summary>
    sealed class Restoring(string fileName, string guest) : IToolstack
    {
        public Task<IReadOnlyList<XlDomain>> ListAsync() =>
            Task.FromResult<IReadOnlyList<XlDomain>>([new(1, guest, "uuid", XlDomainState.Paused, 64)]);

        public Task<IReadOnlyList<XlDomain>> WithDevicesAsync(IReadOnlyList<XlDomain> domains) => Task.FromResult(domains);

        public (IReadOnlySet<string> Watched, IReadOnlySet<string> BeingSaved) Monitors() =>
            (new HashSet<string>(), new HashSet<string> { fileName });

        public IReadOnlySet<string> RestoredFrom() => new HashSet<string>();
        public Task<long?> MemoryAsync() => throw new NotSupportedException();
        public Task<(GuestSetup? Setup, string? Fault)> ReadAsync(string file) => throw new NotSupportedException();
        public Task<ToolstackOutcome> CreateAsync(string name, string file, TimeSpan? within) => throw new NotSupportedException();
        public Task<ToolstackOutcome> RestoreAsync(string name, string image, TimeSpan? within) => throw new NotSupportedException();
        public Task<ToolstackOutcome> SaveAsync(XlDomain domain, string image, TimeSpan? within) => throw new NotSupportedException();
        public Task<ToolstackOutcome> ShutdownAsync(XlDomain domain, TimeSpan? within) => throw new NotSupportedException();
        public Task<ToolstackOutcome> MigrateAsync(XlDomain domain, IReadOnlyList<string> words, TimeSpan? within) =>
            throw new NotSupportedException();
        public Task<ToolstackOutcome> SysRqAsync(XlDomain domain, char letter, TimeSpan? within) => throw new NotSupportedException();
        public Task<ToolstackOutcome> DestroyAsync(XlDomain domain, TimeSpan? within) => throw new NotSupportedException();
        public Task ChangedAsync(TimeSpan atMost) => throw new NotSupportedException();
    }

    // The command line of xl names only the file. A guest whose file has another name looked as if its restore had been interrupted, and
    // its domain would have been destroyed.
    [Theory]
    [InlineData("a%2Fb", "a/b"), InlineData("web%.1", "web"), InlineData("web", "web")]
    public async Task A_guest_that_another_xl_restores_is_known_by_its_image(string fileName, string guest)
    {
        string folder = Directory.CreateTempSubdirectory("xd").FullName;
        try
        {
            string file = Path.Combine(folder, ".xendomains/restoring", fileName);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllBytesAsync(file, ImageBytes.Of(guest));
            using var commands = new ConcurrencyLimit(1);
            var facts = await Inventory.MakeAsync(DomainsConfig.Parse($"XENDOMAINS_AUTO=\nXENDOMAINS_SAVE={folder}\n", "settings"),
                new Restoring(fileName, guest), new SaveFolder(folder), commands);
            Assert.Equal("another xl saves or restores it right now", Assert.Single(StartPlan.Make(facts).Steps).Why);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
