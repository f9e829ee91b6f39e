using System.Globalization;
using System.Text;

namespace SystemTests;

/// <summary>
/// xendomains beside Xen's own script on a real hypervisor: `make bench-xen`. Ten Linux guests, each in turn, in one machine with our
/// daemons; the medians go into bench/RESULTS.md. Ours has read the configurations before, as at any boot but the first. Nothing here
/// asserts a time.
/// </summary>
[Trait("Category", "Measure")]
public sealed class MeasureDomains
{
    const int Rounds = 1, Restores = 3; // restores differ most from one to the next

    static readonly (string What, double Aim)[] Figures =
    [
        ("ten guests are created (defaults)", 2.3),
        ("ten guests that end at once are shut down", 3),
        ("ten guests that take 10 s to end are shut down", 3),
        ("ten guests are created, the script without its pause of 5 s each", 1),
        ("ten guests are saved", 1),
        ("ten guests are restored", 1.1),
    ];

    /// <summary>Measures on one version of Xen.</summary>
    [Theory]
    [InlineData("4.17")]
    public void Ours_beside_the_script(string version)
    {
        string disk = Path.Combine(Directory.CreateTempSubdirectory("xen-disk-").FullName, "disk");
        using (var file = File.Create(disk))
            file.SetLength(2L << 30);
        var ours = new List<double[]>();
        var script = new List<double[]>();
        using (var machine = Machine.Boot(version, Suite.Trees, Path.Combine(Suite.Logs, "measure-domains.console"), disk))
        {
            machine.Run("start-daemons; modprobe -a virtio_blk ext4 && mke2fs /dev/vda >/dev/null && mkdir -p /var/lib/xen/save"
                + " && mount -t ext4 /dev/vda /var/lib/xen/save && rmdir /var/lib/xen/save/lost+found", 120).Ok();
            for (int round = 0; round < Rounds; round++)
            {
                ours.Add(One(machine, "xendomains"));
                script.Add(One(machine, "/usr/lib/xen-4*/bin/xendomains"));
            }
        }
        Directory.Delete(Path.GetDirectoryName(disk)!, recursive: true);
        Write(version, ours, script);
    }

    static double[] One(Machine machine, string program)
    {
        var numbers = new List<double>();
        // An answer is kept of a file that was left alone for two seconds.
        numbers.AddRange(Timed(machine, $"settings '' 5000000; {DomainsFacts.TenGuests}\nsleep 3; xendomains check >/root/checked 2>&1",
            $"{program} start"));
        numbers.AddRange(Timed(machine, "settings '' 0; all_up", $"{program} stop"));
        machine.Run($"{program} start", 300).Ok();
        machine.Run(DomainsFacts.Shell + "for i in $(seq 10); do up guest$i; done", 300).Ok();
        for (int guest = 1; guest <= 10; guest++)
            machine.Run(DomainsFacts.AskUptime($"guest{guest}", "echo 10 | tee /tmp/ends-after"), 120).Ok();
        numbers.AddRange(Timed(machine, "settings '' 0", $"{program} stop"));
        numbers.AddRange(Timed(machine, "settings '' 0", $"{program} start"));
        var (saves, restores) = (new List<double>(), new List<double>());
        for (int i = 0; i < Restores; i++)
        {
            string up = i == 0 ? "all_up" : "sleep 5"; // a restored guest does not say again that it is up
            saves.AddRange(Timed(machine, $"{up}; settings /var/lib/xen/save 0", $"{program} stop"));
            const string AreSaved = "settings /var/lib/xen/save 0; [ $(ls /var/lib/xen/save | wc -l) = 10 ] || exit";
            restores.AddRange(Timed(machine, AreSaved, $"{program} start"));
        }
        numbers.AddRange([saves.Order().ElementAt(Restores / 2), restores.Order().ElementAt(Restores / 2)]);
        machine.Run("for id in $(seq 400); do xl destroy $id; done 2>/dev/null;"
            + " rm -rf /var/lib/xen/save/* /var/lib/xen/save/.x* /var/lock/xendomains /var/lock/subsys", 300);
        return [.. numbers];
    }

    static double[] Timed(Machine machine, string before, string command) => [.. machine.Run(DomainsFacts.Shell + """
        settings() {
            printf 'XENDOMAINS_AUTO=/etc/xen/auto\nXENDOMAINS_SAVE=%s\nXENDOMAINS_CREATE_USLEEP=%s\nXENDOMAINS_RESTORE=true\n
        """ + """
        XENDOMAINS_AUTO_ONLY=true\nXENDOMAINS_SHUTDOWN=--wait\nXENDOMAINS_SHUTDOWN_ALL=\nXENDOMAINS_STOP_MAXWAIT=300\n
        """ + """
        XENDOMAINS_USLEEP=100000\nXENDOMAINS_SYSRQ=\nXENDOMAINS_MIGRATE=\n' "$1" "$2" >/etc/default/xendomains
        }

        """ + $$"""
        all_up() { for i in $(seq 10); do up "guest$i"; done; }
        {{before}}
        start=$EPOCHREALTIME
        {{command}} >/root/said 2>&1
        awk -v from=$start -v to=$EPOCHREALTIME 'BEGIN { printf "%.1f\n", to - from }'
        """, 600).Lines().TakeLast(1).Select(number => double.Parse(number, CultureInfo.InvariantCulture))];

    static void Write(string version, List<double[]> ours, List<double[]> script)
    {
        var text = new StringBuilder();
        string rounds = Rounds == 1 ? "one round" : $"medians of {Rounds} rounds";
        text.Append(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-dd}, Xen {version} under QEMU's emulation (no KVM), ");
        text.Append("dom0 with 2 virtual CPUs,\nour xenstored and xenconsoled, ten Linux PV guests of 96 MiB; ");
        text.Append(CultureInfo.InvariantCulture, $"{rounds} of each in turn in one machine, by `make bench-xen`.\n");
        text.Append(CultureInfo.InvariantCulture, $"Of saves and restores the median of {Restores} in each. ");
        text.Append("Images are on an ext2 file system of the machine's disk.\n\n"
            + "| what | unit | ours | script | script / ours | aim | met? |\n|---|---|---:|---:|---:|---|---|\n");
        for (int i = 0; i < Figures.Length; i++)
        {
            double one = Median(ours, i), other = Median(script, i);
            string met = other / one >= Figures[i].Aim ? "yes" : "**no**";
            text.Append(CultureInfo.InvariantCulture, $"| {Figures[i].What} | s | {one:0.0} | {other:0.0} ");
            text.Append(CultureInfo.InvariantCulture, $"| {other / one:0.00} | ≥ {Figures[i].Aim} | {met} |\n");
        }
        Results.Replace("# Measured: xendomains beside Xen's script", text.ToString());
    }

    static double Median(List<double[]> results, int figure) =>
        results.Select(result => result[figure]).Order().ElementAt(results.Count / 2);
}
