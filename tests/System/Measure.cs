using System.Globalization;
using System.Text;

namespace SystemTests;

/// <summary>
/// Our xenstored and xenconsoled beside Debian's C ones on a real hypervisor: `make bench-xen`. In one machine, each pair in turn takes
/// the other's place while no guest runs; the medians go into bench/RESULTS.md. Nothing here asserts a time.
/// </summary>
[Trait("Category", "Measure")]
public sealed class Measure
{
    const int Rounds = 3, Guests = 8;
    const string Heading = "# Measured: on a real hypervisor";

    static readonly (string Name, string Unit, bool IsBetterWhenLess)[] Figures =
    [
        ("`xl create` until the guest is ready", "s", true), ("`xl create` of a small guest", "s", true),
        ("`xl list` with 8 guests, ten times", "s", true),
        ("READ from inside a guest", "requests/s", false), ("READ from inside a guest: median", "µs", true),
        ("WRITE from inside a guest", "requests/s", false), ("WRITE from inside a guest: median", "µs", true),
        ("1 MB from a guest's console into its log", "s", true), ("CPU time of xenconsoled for that", "ms", true),
        ("CPU time of xenstored for all of it", "s", true),
    ];

    // Each line that it prints is one of the figures, in their order.
    static readonly string Script = $$"""
        now() { echo $EPOCHREALTIME; }
        since() { awk -v from=$1 -v to=$(now) 'BEGIN { printf "%.3f\n", to - from }'; }
        load() { # KIND: from inside the guest, the middle of three
            home=/local/domain/$(xl domid measured)
            for try in 1 2 3; do
                xenstore-rm $home/data/result 2>/dev/null
                xenstore-write $home/data/command "$1$try storeload 3 $1"
                until xenstore-exists $home/data/result; do sleep 0.5; done
                xenstore-read $home/data/result
            done | sed 's/^[a-z0-9]* [0-9]* \([0-9]*\) requests.s, median \([0-9]*\),.*/\1 \2/' | sort -n | sed -n '2{s/ /\n/;p}'
        }
        cat >/root/measured.cfg <<'END'
        name = "measured"
        type = "pv"
        kernel = "/guest/vmlinux"
        ramdisk = "/guest/initrd"
        extra = "console=hvc0 quiet"
        memory = 96
        END
        start=$(now)
        xl create -q /root/measured.cfg || exit
        home=/local/domain/$(xl domid measured)
        until xenstore-exists $home/data/uptime; do sleep 0.05; done
        since $start
        for i in $(seq {{Guests - 1}}); do
            printf 'name = "idle%s"\ntype = "pvh"\nkernel = "/guest/hostile"\nextra = "idle"\nmemory = 16\nshadow_memory = 4\n'
        """ + $$"""
         $i >/root/idle$i.cfg
        done
        start=$(now)
        xl create -q /root/idle1.cfg || exit
        since $start
        for i in $(seq 2 {{Guests - 1}}); do xl create -q /root/idle$i.cfg && xl pause idle$i || exit; done
        xl pause idle1
        xl list >/dev/null
        start=$(now)
        for i in $(seq 10); do xl list >/dev/null; done
        since $start
        load read
        load write
        log=/var/log/xen/console/guest-measured.log
        cpu() { awk '{ print ($14 + $15) * 10 }' /proc/$(pgrep -x xenconsoled)/stat; }
        floods=$(grep -c "GUEST: 0 FLOODED" $log) # of rounds before
        before=$(cpu)
        start=$(now)
        xenstore-write $home/data/command "flood yes a line of seventy-nine characters and a line feed,
        """ + $$"""
         which is what a console is wide.. | head -c 1000000 >/dev/console; echo FLOO''DED"
        until [ $(grep -c "GUEST: 0 FLOODED" $log) -gt $floods ]; do sleep 0.05; done
        since $start
        echo $(($(cpu) - before))
        awk '{ print ($14 + $15) / 100 }' /proc/$(cat /run/xen/xenstored.pid)/stat
        xl destroy measured; for i in $(seq {{Guests - 1}}); do xl destroy idle$i; done
        """;

    /// <summary>Measures on one version of Xen.</summary>
    [Theory]
    [InlineData("4.17")]
    public void Ours_beside_C(string version)
    {
        using var machine = Machine.Boot(version, Suite.Trees, Path.Combine(Suite.Logs, "measure.console"));
        var ours = new List<double[]>();
        var c = new List<double[]>();
        for (int round = 0; round < Rounds; round++)
            foreach (var (name, results) in new[] { ("ours", ours), ("c", c) })
                results.Add(One(machine, name));
        Write(version, ours, c);
    }

    static double[] One(Machine machine, string store)
    {
        machine.Run($"stop-daemons; start-daemons {store}", 120).Ok();
        string[] numbers = machine.Run(Script, 400).Lines();
        return [.. numbers.Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
    }

    static void Write(string version, List<double[]> ours, List<double[]> c)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-dd}, Xen {version} under QEMU's emulation (no KVM), ");
        text.Append("dom0 with 2 virtual CPUs; ");
        text.Append(CultureInfo.InvariantCulture, $"medians of {Rounds} rounds in one machine, each in turn, by `make bench-xen`.\n");
        text.Append("Everything is emulated, so only the comparison means something.\n\n"
            + "| figure | unit | ours | C | ours / C | aim | met? |\n|---|---|---:|---:|---:|---|---|\n");
        for (int i = 0; i < Figures.Length; i++)
        {
            double one = Median(ours, i), other = Median(c, i);
            string aim = i == Figures.Length - 1 ? "" : Figures[i].IsBetterWhenLess ? "≤ C" : "> C";
            string met = aim.Length == 0 ? "" : (Figures[i].IsBetterWhenLess ? one <= other : one > other) ? "yes" : "**no**";
            text.Append(CultureInfo.InvariantCulture, $"| {Figures[i].Name} | {Figures[i].Unit} | {one:0.###} | {other:0.###} ");
            text.Append(CultureInfo.InvariantCulture, $"| {one / other:0.00} | {aim} | {met} |\n");
        }
        Results.Replace(Heading, text.ToString());
    }

    static double Median(List<double[]> results, int figure) =>
        results.Select(result => result[figure]).Order().ElementAt(results.Count / 2);
}
