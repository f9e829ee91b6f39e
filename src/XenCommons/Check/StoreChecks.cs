using System.Globalization;
using Xen.Client;
using Xen.Linux;
using XenCommons.Findings;
using XenCommons.Host;
using XenCommons.Swap;

namespace XenCommons.Check;

/// <summary>Checks whether the store answers, whether it lost its state, and whether domain 0 is set up in it.</summary>
static class StoreChecks
{
    const string Topic = "store", StateSuffix = ".store", AsideSuffix = StateSuffix + ".aside-*";

    const string HangOfOurs = "wait half a minute: a store that hangs is started again by itself; if it still does not answer,"
        + " restart the service xenstored, and guests lose nothing";

    const string HangOfAnother = "see its log; the store of another daemon is lost with its process, and then the host must be rebooted";
    static readonly TimeSpan ForAnswer = TimeSpan.FromSeconds(5);

    /// <summary>Looks for states that the store could not use and has set aside.</summary>
    internal static IEnumerable<Finding> Aside(HostFiles files)
    {
        string socket = StoreClient.DefaultSocket;
        string[] aside = [.. files.List(Path.GetDirectoryName(socket)!, Path.GetFileName(socket) + AsideSuffix)];
        if (aside.Length > 0)
            yield return new(Severity.Warning, Topic,
                $"xenstored could not use the state of an earlier process, set it aside and began anew: {ServiceChecks.Listed(aside)}",
                "xenstored's log says why (event 24): report that, with the file; guests that ran at that time have no store, so run"
                + " `xencommons init-dom0` and start them again; then delete the file",
                aside[^1]);
    }

    internal static async Task<IReadOnlyList<Finding>> LookAsync(HostFiles files, bool writes)
    {
        string socket = StoreClient.DefaultSocket;
        try
        {
            await using var store = new HostStore("xen").Connect();
            return await LookAsync(store, files, socket, writes).WaitAsync(ForAnswer).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return
            [
                new(Severity.Error, Topic, $"xenstored has not answered within {ForAnswer.TotalSeconds:0} s",
                    File.Exists(socket + StateSuffix) ? HangOfOurs : HangOfAnother, socket),
            ];
        }
        catch (PosixException e) when (e.Errno is Errno.EACCES or Errno.EPERM)
        {
            return [Finding.OnlyRoot];
        }
        catch (IOException e)
        {
            return [new(Severity.Error, Topic, e.Message, "start xenstored", socket)];
        }
    }

    static async Task<IReadOnlyList<Finding>> LookAsync(StoreClient store, HostFiles files, string socket, bool writes)
    {
        var findings = new List<Finding>();
        if (writes && !await KeepsAsync(store).ConfigureAwait(false))
            findings.Add(new(Severity.Error, Topic, "what was written into the store is not in it", "see xenstored's log", socket));
        if (await store.ReadTextAsync("/local/domain/0/name").ConfigureAwait(false) is null)
            findings.Add(new(Severity.Warning, "dom0", "domain 0 is not set up in the store: xl knows it by no name",
                "xencommons init-dom0", "/local/domain/0/name"));
        if (WantsOurs(files) && await RunningStore.KindOfAsync(store).ConfigureAwait(false) is var kind and not StoreKind.Ours)
            findings.Add(new(Severity.Remark, Topic, $"{RunningStore.NameOf(kind)} serves the store, until the next boot",
                "`xencommons store swap` puts ours into its place while guests run, if that can be; with --plan it only says so", socket));
        return findings;
    }

    static bool WantsOurs(HostFiles files) =>
        OwnService.IsInstalled(files) && OwnService.SettingOf(files, "xenstored") is var setting
        && setting("XENSTORED") is null or "" && setting("XENSTORETYPE") is null or "" or "daemon";

    static async Task<bool> KeepsAsync(StoreClient store)
    {
        string mark = $"/tool/xencommons/check-{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}";
        await store.WriteAsync(mark, "1").ConfigureAwait(false);
        bool keeps = await store.ReadTextAsync(mark).ConfigureAwait(false) == "1";
        await store.RemoveAsync(mark).ConfigureAwait(false);
        await store.RemoveAsync("/tool/xencommons").ConfigureAwait(false);
        return keeps;
    }
}
