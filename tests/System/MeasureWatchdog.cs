using System.Globalization;
using System.Text.Json;

namespace SystemTests;

/// <summary>
/// How late the watchdog's thread wakes at worst, on an idle host and on one that has far too much to do: `make bench-xen`. Nothing here
/// asserts a time.
/// </summary>
[Trait("Category", "Measure")]
public sealed class MeasureWatchdog
{
    const int Seconds = 30, Timeout = 9;

    [Theory]
    [InlineData("4.17")]
    public void The_worst_lateness(string version)
    {
        using var machine = Machine.Boot(version, Suite.Trees, Path.Combine(Suite.Logs, "measure-watchdog.console"));
        machine.Run("start-daemons", 120).Ok();
        int idle = Worst(machine, "");
        int loaded = Worst(machine, """
            for i in $(seq 8); do while :; do :; done & done
            while :; do head -c 64m /dev/zero >/tmp/fill; rm /tmp/fill; done &
            """);
        int collecting = Worst(machine, "", "DOTNET_GCgen0size=10000 ");
        string today = DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        const int Third = Timeout * 1000 / 3;
        Results.Replace("# Measured: lateness of the watchdog's thread", $"""
            {today}, Xen {version} under QEMU's emulation (no KVM), dom0 with 2 virtual CPUs;
            """ + $"""
             all checks each second, {Seconds} s each, by `make bench-xen`. With a timeout of {Timeout} s a third is {Third} ms.

            | host | worst lateness, ms | aim | met? |
            |---|---:|---|---|
            | idle | {idle} | ≤ {Third} | {Met(idle)} |
            | a collector that runs after each 64 KiB (`DOTNET_GCgen0size`) | {collecting} | ≤ {Third} | {Met(collecting)} |
            | eight programs that spin, one that fills memory | {loaded} | ≤ {Third} | {Met(loaded)} |

            """);

        static string Met(int lateness) => lateness <= Third ? "yes" : "**no**";
    }

    static int Worst(Machine machine, string load, string environment = "")
    {
        string status = machine.Run($$"""
            {{environment}}xenwatchdogd --every=1 {{Timeout}} 1
            sleep 5
            {{load}}
            sleep {{Seconds}}
            xenwatchdogd status --json
            kill $(jobs -p); kill -USR1 $(cat /run/xenwatchdogd/lock); while [ -e /run/xenwatchdogd/lock ]; do sleep 0.2; done
            """, Seconds * 4).Text;
        using var document = JsonDocument.Parse(status[status.IndexOf('{', StringComparison.Ordinal)..(status.LastIndexOf('}') + 1)]);
        return document.RootElement.GetProperty("timer").GetProperty("worst_lateness_ms").GetInt32();
    }
}
