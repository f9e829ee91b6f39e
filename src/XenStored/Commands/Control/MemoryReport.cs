using System.Globalization;
using System.Text;
using XenStored.Store;

namespace XenStored.Commands.Control;

/// <summary>The text of CONTROL memreport: what the store's memory is used for.</summary>
static class MemoryReport
{
    internal static string Text(XenStore store)
    {
        store.Accounts.Settle();
        var (reserved, live) = store.Memory.Bytes;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"store file: {reserved} bytes reserved, {live} in use\n");
        text.Append(CultureInfo.InvariantCulture, $"managed heap: {GC.GetTotalMemory(false)} bytes\n");
        text.Append(CultureInfo.InvariantCulture, $"connections: {store.Sessions.Count}, watches: {store.Watches.Count}, ");
        text.Append(CultureInfo.InvariantCulture, $"transactions: {store.Transactions.Open}\n");
        foreach (var domain in store.Domains.All.OrderBy(domain => domain.Id))
        {
            var account = domain.Account;
            text.Append(CultureInfo.InvariantCulture, $"domain {domain.Id}: {account.Nodes.Now} nodes, {account.Memory.Now} bytes\n");
        }
        return text.ToString();
    }
}
