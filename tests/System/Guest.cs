using System.Globalization;

namespace SystemTests;

/// <summary>A guest, told what to do through its own store. Disposing destroys it.</summary>
public sealed class Guest : IDisposable
{
    const int UpSeconds = 180, CreateAttempts = 3;

    readonly XenHost host;
    int commands;

    Guest(XenHost host, string name) => (this.host, Name) = (host, name);

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its present domid.</summary>
    public int Domid => int.Parse(host.Run($"xl domid {Name}").Ok(), CultureInfo.InvariantCulture);

    /// <summary>Its node in the store.</summary>
    public string Home => $"/local/domain/{Domid}";

    /// <summary>Has `xl create` make it; answers at once.</summary>
    public static Guest Create(XenHost host, GuestConfig config)
    {
        Configure(host, config.Name, config.Text);
        return CreateConfigured(host, config.Name);
    }

    /// <summary>
    /// Has `xl create` make one of /root/NAME.cfg. libxl gives a device model ten seconds for an answer, which are too few on a busy
    /// machine under emulation: then it is tried again.
    /// </summary>
    public static Guest CreateConfigured(XenHost host, string name)
    {
        for (int attempt = 1; ; attempt++)
        {
            var created = host.Run($"xl create /root/{name}.cfg", 200);
            if (attempt < CreateAttempts && created.Text.Contains("device model did not start: -9", StringComparison.Ordinal))
                continue;
            Assert.True(created.Status == 0, $"{created}\n{host.Run($"cat /var/log/xen/qemu-dm-{name}.log").Text}");
            return new(host, name);
        }
    }

    /// <summary>Leaves a configuration in /root/NAME.cfg, and takes the log of a former guest of that name away.</summary>
    public static void Configure(XenHost host, string name, string text) =>
        host.Run($"cat >/root/{name}.cfg <<'END'\n{text}\nEND\nrm -f /var/log/xen/console/guest-{name}.log").Ok();

    /// <summary>One that something else makes.</summary>
    public static Guest Named(XenHost host, string name) => new(host, name);

    /// <summary>Makes it and waits until it takes commands.</summary>
    public static Guest Boot(XenHost host, GuestConfig config)
    {
        var guest = Create(host, config);
        guest.WaitUntilUp();
        return guest;
    }

    /// <summary>Waits until it takes commands.</summary>
    public void WaitUntilUp()
    {
        string up = $"until xenstore-exists /local/domain/$(xl domid {Name})/data/uptime; do sleep 0.2; done >/dev/null 2>&1";
        Assert.True(host.Run(up, UpSeconds).Status == 0, $"{Name} was not up within {UpSeconds} s:\n"
            + host.Run($"tail -c 3000 /var/log/xen/console/guest-{Name}.log").Text + host.State());
    }

    /// <summary>Runs a shell command in the guest.</summary>
    public Output Run(string command, int seconds = 120)
    {
        int number = ++commands;
        var answer = host.Run($$"""
            home=/local/domain/$(xl domid {{Name}})
            xenstore-write $home/data/command '{{number}} {{command}}'
            while :; do
                result=$(xenstore-read $home/data/result 2>/dev/null)
                case $result in "{{number}} "*) break ;; esac
                sleep 0.1
            done
            result=${result#* }
            echo "${result#* }"
            exit ${result%% *}
            """, seconds);
        return answer with { Command = $"in {Name}: {command}" };
    }

    /// <summary>Waits until its domain is gone.</summary>
    public void WaitUntilGone(int seconds = 120) => host.Await($"! xl domid {Name}", seconds);

    /// <inheritdoc/>
    public void Dispose()
    {
        host.Run($"xl destroy {Name} 2>/dev/null; while xl domid {Name}; do sleep 0.2; done");
    }
}
