using System.Globalization;
using Xen.Client;
using Xen.Linux;
using XenCommons.Findings;
using XenCommons.Host;

namespace XenCommons.Check;

/// <summary>Checks whether the store answers, and whether domain 0 is set up in it.</summary>
static class StoreChecks
{
    const string Topic = "store";
    static readonly TimeSpan ForAnswer = TimeSpan.FromSeconds(5);

    internal static async Task<IReadOnlyList<Finding>> LookAsync()
    {
        string socket = StoreClient.DefaultSocket;
        try
        {
            await using var store = new HostStore("xen").Connect();
            return await LookAsync(store, socket).WaitAsync(ForAnswer).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return
            [
                new(Severity.Error, Topic, $"xenstored has not answered within {ForAnswer.TotalSeconds:0} s",
                    "see its log; in this version, a host whose store hangs must be rebooted", socket),
            ];
        }
        catch (PosixException e) when (e.Errno is Errno.EACCES or Errno.EPERM)
        {
            return [Finding.OnlyRoot];
        }
        catch (Exception e) when (e is PosixException or IOException)
        {
            return [new(Severity.Error, Topic, e.Message, "start xenstored", socket)];
        }
    }

    static async Task<IReadOnlyList<Finding>> LookAsync(StoreClient store, string socket)
    {
        var findings = new List<Finding>();
        string mark = $"/tool/xencommons/check-{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}";
        await store.WriteAsync(mark, "1").ConfigureAwait(false);
        if (await store.ReadTextAsync(mark).ConfigureAwait(false) != "1")
            findings.Add(new(Severity.Error, Topic, "what was written into the store is not in it", "see xenstored's log", socket));
        await store.RemoveAsync(mark).ConfigureAwait(false);
        await store.RemoveAsync("/tool/xencommons").ConfigureAwait(false);
        if (await store.ReadTextAsync("/local/domain/0/name").ConfigureAwait(false) is null)
            findings.Add(new(Severity.Warning, "dom0", "domain 0 is not set up in the store: xl knows it by no name",
                "xencommons init-dom0", "/local/domain/0/name"));
        return findings;
    }
}
