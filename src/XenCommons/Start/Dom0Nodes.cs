using System.Text;
using Xen.Client;
using Xen.Hypervisor;
using Xen.Hypervisor.Answers;
using Xen.Linux;
using Xen.Linux.Files;
using XenCommons.Host;

namespace XenCommons.Start;

/// <summary>
/// The nodes of domain 0 that libxl needs: its id, name and configuration, the names of the CPU pools, and no history of an earlier boot's
/// domains. It does what xen-init-dom0 does, for any version of Xen.
/// </summary>
static class Dom0Nodes
{
    const string Home = "/local/domain/0", Id = Home + "/domid", Name = Home + "/name";

    /// <exception cref="PosixException">The store or the hypervisor cannot be reached.</exception>
    /// <exception cref="IOException">The store refuses, or a file cannot be written.</exception>
    internal static async Task<Step> MakeAsync(HostFiles files, StoreClient store, Inquiry inquiry, Guid uuid)
    {
        const string What = "domain 0";
        if (await store.ReadAsync(Id).ConfigureAwait(false) is not null && await store.ReadAsync(Name).ConfigureAwait(false) is not null)
            return new(What, Outcome.Already, "is set up");
        if (uuid != Guid.Empty && inquiry.Domains.SetHandle(0, uuid) is < 0 and var errno)
            throw new PosixException($"give domain 0 the UUID {uuid}", -errno);
        var domains = new List<DomainInfo>();
        if (inquiry.Domains.List(domains) is < 0 and var noDomains)
            throw new PosixException("list the hypervisor's domains", -noDomains);
        var self = domains.FirstOrDefault(domain => domain.Domid == 0);
        WriteConfiguration(files, self.IsHvm, uuid, self.Handle);
        foreach (string history in files.List("/run/xen", "domid-history*"))
            File.Delete(files.At(history));

        var pools = new List<uint>();
        if (inquiry.Host.ListCpuPools(pools) is < 0 and var noPools)
            throw new PosixException("list the hypervisor's groups of CPUs", -noPools);
        foreach (uint pool in pools)
            await store.WriteAsync($"/local/pool/{pool}/name", $"Pool-{pool}").ConfigureAwait(false);
        await store.WriteAsync(Id, "0").ConfigureAwait(false);
        await store.WriteAsync(Name, "Domain-0").ConfigureAwait(false); // the last node: after an interruption all is done again
        return new(What, Outcome.Done,
            $"was set up{(uuid == Guid.Empty ? "" : $" with UUID {uuid}")}, with {pools.Count} group{(pools.Count == 1 ? "" : "s")} of"
            + " CPUs");
    }

    // libxl's own file of a domain's configuration: JSON with a NUL at the end. The domain's UUID is in its name.
    static void WriteConfiguration(HostFiles files, bool isHvm, Guid uuid, Guid handle)
    {
        string type = isHvm ? "pvh" : "pv";
        var json = new StringBuilder("{\n    \"c_info\": {\n");
        json.Append("        \"type\": \"").Append(type).Append('"');
        if (uuid != Guid.Empty)
            json.Append(",\n        \"uuid\": \"").Append(uuid).Append('"');
        json.Append("\n    },\n    \"b_info\": {\n        \"type.").Append(type).Append("\": {\n\n        }\n    }\n}\n\0");
        Folder.Make(files.At("/var/lib/xen"));
        string file = files.At($"/var/lib/xen/userdata-d.0.{(uuid == Guid.Empty ? handle : uuid)}.libxl-json");
        AtomicFile.Write(file, json.ToString());
    }
}
