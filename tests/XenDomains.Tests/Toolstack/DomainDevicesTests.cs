using Xen.Client;
using XenDomains.Execution;
using XenDomains.Facts;
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
        // A guest wrote this itself, and its word counts for nothing.
        await store.WriteAsync("/local/domain/6/device/vif/0/backend", "/local/domain/2/backend/vif/6/0");
        var domains = await DomainDevices.AddAsync(store, [Named(2, "net"), Named(5, "app"), Named(6, "liar")]);
        Assert.Equal([(true, ""), (false, "net"), (false, "")],
            domains.Select(domain => (domain.HasPci, string.Join(' ', domain.Backends))));
    }

    // XAPI keeps no such record: its driver domain was shut down beside the guests that it serves.
    [Fact]
    public async Task Who_serves_a_guest_of_another_toolstack_is_told_by_the_home_of_who_serves()
    {
        using var process = new StoreProcess("c417");
        await using var store = StoreClient.ConnectSocket(process.Socket);
        await store.WriteAsync("/local/domain/7/backend/vbd/1/51712/frontend", "/local/domain/1/device/vbd/51712");
        await store.WriteAsync("/local/domain/0/backend/pci/2/0/num_devs", "1");
        await store.WriteAsync("/local/domain/0/backend/vif/1/0/state", "4");
        await store.WriteAsync("/libxl/3/type", "pvh");
        foreach (int id in (int[])[1, 2, 3, 7])
            await store.WriteAsync($"/local/domain/{id}/name", "it is there");
        var domains = await DomainDevices.AddAsync(store, [Named(1, "app"), Named(2, "card"), Named(3, "xls"), Named(7, "storage")]);
        Assert.Equal([("storage", false, true), ("", true, true), ("", false, false), ("", false, true)],
            domains.Select(domain => (string.Join(' ', domain.Backends), domain.HasPci, domain.IsForeign)));
    }

    // A guest called crm-dm beside one called crm was left to be cut off, and no word said.
    [Fact]
    public async Task A_device_model_is_who_the_store_says_serves_a_target_whatever_its_name()
    {
        using var process = new StoreProcess("c417");
        await using var store = StoreClient.ConnectSocket(process.Socket);
        await store.WriteAsync("/local/domain/4/target", "3");
        var domains = await DomainDevices.AddAsync(store, [Named(1, "crm"), Named(2, "crm-dm"), Named(3, "net"), Named(4, "net-dm")]);
        var faults = new List<string>();
        Assert.Equal(["crm", "crm-dm", "net"], Inventory.GuestsAmong(domains, new HashSet<string>(), faults).Select(domain => domain.Name));
        Assert.Empty(faults);
    }

    [Fact]
    public void Without_a_store_a_name_tells_a_device_model_unless_a_configuration_has_it()
    {
        var faults = new List<string>();
        var guests = Inventory.GuestsAmong([Named(1, "crm"), Named(2, "crm-dm"), Named(3, "net"), Named(4, "net-dm"), Named(5, "x-dm")],
            new HashSet<string> { "crm-dm" }, faults);
        Assert.Equal(["crm", "crm-dm", "net", "x-dm"], guests.Select(domain => domain.Name));
        Assert.Equal(["net-dm counts as a device model because of its name, and is left alone: the store does not answer"], faults);
    }

    [Fact]
    public void Two_guests_of_one_name_are_told_apart_by_their_numbers()
    {
        var guests = Inventory.GuestsAmong([Foreign(1, "db"), Foreign(2, "db"), Named(3, "web"), Foreign(4, "web"), Foreign(5, "one")],
            new HashSet<string>(), []);
        Assert.Equal(["db (domain 1)", "db (domain 2)", "web", "web (domain 4)", "one"], guests.Select(domain => domain.Name));
    }

    // A guest that reboots while a stop looks has no record any more: it was taken for another toolstack's, and not saved.
    [Fact]
    public async Task A_guest_of_xls_that_reboots_just_now_is_not_another_toolstacks()
    {
        using var process = new StoreProcess("c417");
        await using var store = StoreClient.ConnectSocket(process.Socket);
        await store.WriteAsync("/local/domain/7/name", "XOA");
        var domains = await DomainDevices.AddAsync(store, [Named(5, "web"), Named(7, "XOA")]);
        Assert.Equal([false, true], domains.Select(domain => domain.IsForeign));
    }

    static XlDomain Foreign(int id, string name) => Named(id, name) with { IsForeign = true };

    static XlDomain Named(int id, string name) => new(id, name, "", XlDomainState.Running, 64);
}
