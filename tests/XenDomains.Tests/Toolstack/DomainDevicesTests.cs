using Xen.StoreClient;
using Xen.Tests;
using XenDomains.Planning;
using XenDomains.Toolstack;

namespace XenDomains.Tests.Toolstack;

/// <summary>What libxl notes in the store of the devices of a domain that runs, read over a real store.</summary>
public sealed class DomainDevicesTests
{
    [Fact]
    public async Task Who_serves_a_guest_that_has_no_configuration_is_known_by_name()
    {
        using var process = new StoreProcess("c417");
        await using var store = StoreClient.ConnectSocket(process.Socket);
        await store.WriteAsync("/libxl/5/device/vif/0/backend", "/local/domain/2/backend/vif/5/0");
        await store.WriteAsync("/libxl/5/device/vbd/51712/backend", "/local/domain/0/backend/vbd/5/51712");
        await store.WriteAsync("/libxl/5/device/vbd/51728/backend", "/local/domain/9/backend/vbd/5/51728"); // who has ended since
        await store.WriteAsync("/libxl/5/device/console/0/backend", "/nonsense");
        await store.WriteAsync("/libxl/2/device/pci/0/backend", "/local/domain/0/backend/pci/2/0");
        await store.WriteAsync("/local/domain/6/device/vif/0/backend", "/local/domain/2/backend/vif/6/0"); // a guest's own word counts for nothing
        var domains = await DomainDevices.AddAsync(store, [Named(2, "net"), Named(5, "app"), Named(6, "liar")]);
        Assert.Equal([(true, ""), (false, "net"), (false, "")], domains.Select(domain => (domain.HasPci, string.Join(' ', domain.Backends))));
    }

    static Domain Named(int id, string name) => new(id, name, "", DomainState.Running, 64);
}
