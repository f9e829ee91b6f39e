namespace SystemTests;

/// <summary>
/// A Xen host on which our xenstored is the only store. It boots at first use and is shared by the tests of one version of Xen; a test that
/// loses it costs the next one a boot and nothing more.
/// </summary>
/// <param name="version">The hypervisor's.</param>
/// <param name="more">A tree beside the version's machine that its dom0 has as well, as machine/build.sh makes it.</param>
public abstract class XenHost(string version, string? more = null) : IDisposable
{
    Machine? machine;
    int boots;

    /// <summary>The hypervisor's version.</summary>
    public string Version { get; } = version;

    /// <summary>Runs a shell script in dom0.</summary>
    public Output Run(string script, int seconds = 120) => Up().Run(script, seconds);

    /// <summary>Waits until a shell condition holds in dom0; a failure of the test if it does not in time.</summary>
    public void Await(string condition, int seconds = 120)
    {
        var waited = Run($"until {condition}; do sleep 0.2; done >/dev/null 2>&1", seconds);
        Assert.True(waited.Status == 0, $"not within {seconds} s: {condition}\n{State()}");
    }

    /// <summary>What to look at after a failure.</summary>
    public string State() => Run("xl list; xenstore-control status; xl dmesg | tail -20; dmesg | tail -20", 120).Text;

    string Log => Path.Combine(Suite.Logs, more is null ? Version : $"{Version}-{more}");

    void End()
    {
        KeepLogs();
        machine?.Dispose();
        machine = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        End();
        GC.SuppressFinalize(this);
    }

    Machine Up()
    {
        if (machine is { IsUp: true })
            return machine;
        End();
        string[] trees = more is null ? Suite.Trees : [.. Suite.Trees, Suite.Cached(Version, more)];
        var booted = Machine.Boot(Version, trees, $"{Log}-{++boots}.console");
        try
        {
            booted.Run("start-daemons", 120).Ok();
        }
        catch
        {
            booted.Dispose(); // a host without its daemons is of no use to the next test
            throw;
        }
        return machine = booted;
    }

    // The guests' consoles and the daemons' logs, beside the machine's own console.
    void KeepLogs()
    {
        if (machine is not { IsUp: true })
            return;
        File.WriteAllText($"{Log}-{boots}.guests", machine.Run("tail -n +1 /var/log/xen/console/*").Text);
        string state = machine.Run("xenstore-control status; xenconsoled status; cat /var/log/xen/xenconsoled;"
            + " xl dmesg; dmesg; xenstore-ls", 120).Text;
        File.WriteAllText($"{Log}-{boots}.state", state);
    }
}
